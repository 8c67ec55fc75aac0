// The verbs of saved inputs: arguments that people keep under a name, for one script or flow. Who
// may read that one may keep some; others see them when they are public.
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import {
  type Call,
  type Caller,
  displayNameOf,
  type Target,
  workspaceOf,
} from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Input, RunnableOf } from './input.ts';
import * as sql from './inputs.sql.ts';

export interface InputsDeps {
  db: Database;
  clock: Clock;
  /** Throws `not_found` for an item that is not there, or that the caller may not read. */
  assertReadable: (call: Call, target: Target) => Promise<void>;
  /** The path of a version of a script that the caller may read; throws `not_found`. */
  pathOfHash: (call: Call, hash: string) => Promise<string>;
  /** The arguments of a job that the caller may see; throws `not_found`. */
  argsOfJob: (call: Call, id: string) => Promise<Record<string, unknown>>;
}

interface Saved {
  kind: 'script' | 'flow';
  path: string;
  args: Record<string, unknown>;
  isPublic: boolean;
  userId: string;
}

/** Jobs and system calls are nobody's account. */
function ownerOf({ userId }: Caller): string {
  if (userId !== null) return userId;
  throw new AppError('forbidden', 'Only a person keeps inputs.', {
    hint: 'Use a token of a person.',
  });
}

export type Inputs = ReturnType<typeof createInputs>;

export function createInputs(deps: InputsDeps) {
  const { db, clock } = deps;

  /** Where the inputs of a runnable are kept. */
  async function itemOf(call: Call, said: RunnableOf): Promise<{ kind: string; path: string }> {
    const { kind, hash } = said;
    if (kind === 'script' && hash !== undefined) {
      return { kind, path: await deps.pathOfHash(call, hash) };
    }
    if (said.path === undefined) {
      throw new AppError('invalid_input', 'Inputs belong to a script or a flow: name its path.', {
        hint: 'Give path, or the hash of a version of a script.',
      });
    }
    await deps.assertReadable(call, { kind: `${kind}s`, path: said.path });
    return { kind, path: said.path };
  }

  /** What the caller may see; the same words for what is not there. */
  async function find(call: Call, id: string): Promise<Saved> {
    const found = await db.row<Saved>(sql.selectInput, [id, workspaceOf(call)]);
    if (!found || !(found.isPublic || found.userId === call.caller.userId)) {
      throw notFound('input', id);
    }
    await deps.assertReadable(call, { kind: `${found.kind}s`, path: found.path });
    return found;
  }

  async function assertOwn(call: Call, id: string): Promise<void> {
    const { userId } = await find(call, id);
    if (userId === call.caller.userId) return;
    throw new AppError('forbidden', 'Somebody else saved this input.', {
      hint: 'Save its arguments under a name of your own.',
    });
  }

  return {
    async list(call: Call, said: RunnableOf & { page: number; perPage: number }): Promise<Input[]> {
      const { kind, path } = await itemOf(call, said);
      const viewer = [workspaceOf(call), kind, path, call.caller.userId];
      const { page, perPage } = said;
      return db.rows(sql.selectInputs, [...viewer, perPage, (page - 1) * perPage]);
    },

    async create(
      call: Call,
      said: RunnableOf & { name: string; args: Record<string, unknown> },
    ): Promise<{ id: string }> {
      const { kind, path } = await itemOf(call, said);
      const id = newId();
      const args = JSON.stringify(said.args);
      const who = [ownerOf(call.caller), displayNameOf(call.caller), clock.now()];
      const values = [id, workspaceOf(call), kind, path, said.name, args, ...who];
      await db.run(sql.insertInput, values);
      return { id };
    },

    async update(
      call: Call,
      { id, name, isPublic }: { id: string; name: string; isPublic: boolean },
    ): Promise<{ id: string }> {
      await assertOwn(call, id);
      await db.run(sql.updateInput, [id, workspaceOf(call), name, isPublic]);
      return { id };
    },

    async delete(call: Call, id: string): Promise<{ id: string }> {
      await assertOwn(call, id);
      await db.run(sql.deleteInput, [id, workspaceOf(call)]);
      return { id };
    },

    /** Of a saved input, or of an earlier run. */
    async args(call: Call, id: string, saved: boolean): Promise<Record<string, unknown>> {
      return saved ? (await find(call, id)).args : deps.argsOfJob(call, id);
    },
  };
}
