// The verbs of the trash: what was deleted, for those who could read it; putting it back, for those
// who may write there; deleting it for good, for admins.
import { AppError, type Clock, type Log, notFound, type SlowTick } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { authorise, type Call, type Risk, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { TrashKind } from './trash.sql.ts';
import * as sql from './trash.sql.ts';

const keptForMs = 30 * 86_400_000;
const pruneEveryMs = 3_600_000;

export interface Trashed {
  id: number;
  workspaceId: string;
  kind: TrashKind;
  path: string;
  extraPerms: Record<string, boolean>;
  deletedBy: string;
  deletedAt: number;
}

export interface TrashedItem extends Trashed {
  rows: Record<string, unknown>[];
  versions: Record<string, unknown>[] | null;
}

export interface TrashDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  /** Told after the commit: tool lists follow. */
  onChanged: (workspace: string) => void;
}

const gone = (id: number) => notFound('trash item', String(id));

function assertMay(call: Call, { kind, path, extraPerms, id }: Trashed, risk: Risk): void {
  const action = `${kind}s:${risk === 'read' ? 'read' : 'write'}`;
  const verdict = authorise(call.caller, { action, risk }, { kind: `${kind}s`, path, extraPerms });
  if (verdict.allowed) return;
  throw verdict.error.code === 'not_found' ? gone(id) : verdict.error;
}

function assertAdmin({ caller }: Call): void {
  if (caller.superAdmin || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace deletes for good.', {
    hint: 'What is in the trash goes by itself after 30 days.',
  });
}

export type Trash = ReturnType<typeof createTrash>;

export function createTrash({ db, clock, tick, log, onChanged }: TrashDeps) {
  let stopPruning: (() => Promise<void>) | undefined;

  async function prune(): Promise<void> {
    let count = 0;
    let some: number;
    do {
      some = await db.run(sql.pruneTrash, [clock.now() - keptForMs]);
      count += some;
    } while (some > 0);
    if (count > 0) log.info('old trash was deleted', { count });
  }

  return {
    list(
      call: Call,
      filters: { page: number; perPage: number; kind?: TrashKind | undefined },
    ): Promise<Trashed[]> {
      const { all, owners, principals } = readableBy(call.caller);
      const { page, perPage, kind } = filters;
      const viewer = [workspaceOf(call), all, owners, principals, kind ?? null];
      return db.rows(sql.selectTrash, [...viewer, perPage, (page - 1) * perPage]);
    },

    /** With its rows, for those who may write there: a secret is in it as it was stored. */
    async get(call: Call, id: number): Promise<TrashedItem> {
      const found = await db.row<TrashedItem>(sql.selectTrashed, [id, workspaceOf(call)]);
      if (!found) throw gone(id);
      assertMay(call, found, 'write');
      return found;
    },

    /** Throws `conflict` when something else is at its path now. */
    async restore(call: Call, id: number): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      const { path } = await db.transaction(async (queries) => {
        const found = await queries.row<Trashed>(sql.holdTrashed, [id, workspace]);
        if (!found) throw gone(id);
        assertMay(call, found, 'write');
        try {
          await queries.row(sql.restoreTrashed, [id]);
        } catch (error) {
          if ((error as { code?: string }).code !== '23505') throw error;
          throw new AppError('conflict', `There is a ${found.kind} at ${found.path} already.`, {
            hint: 'Rename or delete that one first.',
          });
        }
        return found;
      });
      onChanged(workspace);
      return { path };
    },

    async delete(call: Call, id: number): Promise<{ id: number }> {
      assertAdmin(call);
      if ((await db.run(sql.deleteTrashed, [id, workspaceOf(call)])) === 0) throw gone(id);
      return { id };
    },

    async empty(call: Call): Promise<{ count: number }> {
      assertAdmin(call);
      return { count: await db.run(sql.emptyTrash, [workspaceOf(call)]) };
    },

    start(): void {
      stopPruning = tick.every({ name: 'deleting old trash', everyMs: pruneEveryMs, look: prune });
    },
    async stop(): Promise<void> {
      await stopPruning?.();
    },
  };
}
