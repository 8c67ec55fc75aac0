// Verbs that take many jobs at a time: cancel, erase and delete. Each one is looked at as if it
// had been named alone; what the caller may not touch is as if it were not there.
import { AppError, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import { type CancelDeps, cancelJob } from './cancel.ts';
import { deleteJobs, eraseJobs } from './many.sql.ts';

function assertAdmin({ caller }: Call): void {
  if (caller.kind === 'system' || caller.superAdmin || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace deletes jobs.');
}

export function createMany(deps: CancelDeps) {
  const { db } = deps;

  /** Answers those that were canceled; the others are over, or none of the caller's. */
  async function cancelMany(
    call: Call,
    { ids, reason, force }: { ids: readonly string[]; reason: string; force: boolean },
  ): Promise<string[]> {
    const canceled: string[] = [];
    for (const id of ids) {
      try {
        canceled.push((await cancelJob(deps, call, { id, reason, force })).id);
      } catch (error) {
        const known = error instanceof AppError;
        if (!known || (error.code !== 'not_found' && error.code !== 'conflict')) throw error;
      }
    }
    return canceled;
  }

  return {
    cancelMany,

    /** Keeps the row and that it was erased. Throws `not_found` when it is not over. */
    async erase(call: Call, id: string): Promise<void> {
      assertAdmin(call);
      const rows = await db.rows<{ id: string }>(eraseJobs, [workspaceOf(call), [id]]);
      if (rows.length === 0) throw notFound('completed job', id);
    },

    /** Answers those that are gone; jobs that wait or run stay. */
    async deleteMany(call: Call, ids: readonly string[]): Promise<string[]> {
      assertAdmin(call);
      const rows = await db.rows<{ id: string }>(deleteJobs, [workspaceOf(call), ids]);
      return rows.map(({ id }) => id);
    },
  };
}
