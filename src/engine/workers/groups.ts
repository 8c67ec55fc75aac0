// Worker groups: which tags the workers of a group serve. A change reaches running workers by a
// signal, and at their next ping when the signal was lost.
import { z } from 'zod';
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, displayNameOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { deleteGroup, selectGroups, upsertGroup } from './workers.sql.ts';

export const groupChannel = 'engine_worker_group';

export const groupName = z
  .string()
  .regex(/^[\w.-]{1,50}$/, 'up to 50 letters, digits, dots, hyphens and underscores')
  .describe('name of a worker group');

const tagList = z.array(z.string().min(1).max(100)).max(200);

/** Windmill's name of the setting, because its clients read and write it. */
export const workerGroup = z.object({
  name: z.string(),
  config: z.object({ worker_tags: z.array(z.string()).optional() }),
});

export type WorkerGroup = z.output<typeof workerGroup>;
export type GroupConfig = WorkerGroup['config'];

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Settings of Windmill's groups that have no meaning here are refused, unless they say nothing. */
function readConfig(said: Record<string, unknown>): GroupConfig {
  const { worker_tags: tags, ...others } = said;
  const unknown = Object.keys(others).filter((name) => !isEmpty(others[name]));
  if (unknown.length > 0) {
    throw new AppError('not_implemented', `A group has no ${unknown.join(', ')} here.`, {
      hint: 'Give worker_tags, the list of tags that the workers of the group serve.',
    });
  }
  if (isEmpty(tags)) return {};
  const read = tagList.safeParse(tags);
  if (read.success) return { worker_tags: [...new Set(read.data)] };
  throw new AppError('invalid_input', 'worker_tags is not a list of tags.', {
    hint: 'Give at most 200 texts of at most 100 characters.',
  });
}

/** The tags that a stored config names; undefined when it leaves them to the worker. */
export function tagsOfGroup(config: GroupConfig | null | undefined): string[] | undefined {
  const tags = config?.worker_tags;
  return tags && tags.length > 0 ? tags : undefined;
}

export type WorkerGroups = ReturnType<typeof createWorkerGroups>;

export function createWorkerGroups({
  db,
  clock,
  onChanged,
}: {
  db: Database;
  clock: Clock;
  /** A group of this process's worker may have changed. */
  onChanged: () => void;
}) {
  function changed(name: string): void {
    onChanged();
    db.notify(groupChannel, name);
  }

  return {
    /** Every group that has settings or a living worker. */
    async list(): Promise<WorkerGroup[]> {
      return db.rows<WorkerGroup>(selectGroups);
    },
    async get(name: string): Promise<WorkerGroup> {
      const groups = await db.rows<WorkerGroup>(selectGroups);
      const found = groups.find((group) => group.name === name);
      if (!found) throw notFound('worker group', name);
      return found;
    },
    async set(call: Call, name: string, said: Record<string, unknown>): Promise<WorkerGroup> {
      const config = readConfig(said);
      const by = displayNameOf(call.caller);
      await db.run(upsertGroup, [name, JSON.stringify(config), by, clock.now()]);
      changed(name);
      return { name, config };
    },
    async remove(name: string): Promise<{ name: string }> {
      if ((await db.run(deleteGroup, [name])) === 0) throw notFound('worker group', name);
      changed(name);
      return { name };
    },
  };
}
