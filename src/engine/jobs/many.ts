// Verbs that take many jobs at a time: cancel, resolve, erase and delete. Each one is looked at
// as if it had been named alone; what the caller may not touch is as if it were not there.
import { AppError, notFound } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import { type CancelDeps, cancelJob } from './cancel.ts';
import { jobFilters } from './filters.ts';
import { deleteJobs, eraseJobs, resolveJobs, unresolveJobs } from './many.sql.ts';
import type { Reading } from './read.ts';
import { findJob } from './visibility.ts';

function assertAdmin({ caller }: Call): void {
  if (caller.kind === 'system' || caller.superAdmin || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace deletes jobs.');
}

/** More jobs of one path than this are canceled by asking again. */
const mostAtOnce = 10_000;

export function createMany(deps: CancelDeps, listIds: Reading['listIds']) {
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

  /** Those of `ids` whose outcome is the caller's business: who may cancel, may say so. */
  async function mine(call: Call, ids: readonly string[]): Promise<string[]> {
    const found: string[] = [];
    for (const id of ids) {
      try {
        await findJob(db, call, { id, toCancel: true });
        found.push(id);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
      }
    }
    return found;
  }

  return {
    cancelMany,

    /** All of a path that live, but steps of flows, which go with their flow. */
    async cancelPath(call: Call, { path, reason }: { path: string; reason: string }) {
      const wanted = { scriptPathExact: path, isFlowStep: false, perPage: mostAtOnce };
      const ids = await listIds(call, jobFilters.parse(wanted), 'queue');
      return cancelMany(call, { ids, reason, force: false });
    },

    /** Answers those that failed and now are resolved. */
    async resolve(
      call: Call,
      { ids, note }: { ids: readonly string[]; note?: string | undefined },
    ): Promise<string[]> {
      const by = [displayNameOf(call.caller), deps.clock.now(), note ?? null];
      const values = [workspaceOf(call), await mine(call, ids), ...by];
      return (await db.rows<{ id: string }>(resolveJobs, values)).map(({ id }) => id);
    },

    async unresolve(call: Call, ids: readonly string[]): Promise<string[]> {
      const values = [workspaceOf(call), await mine(call, ids)];
      return (await db.rows<{ id: string }>(unresolveJobs, values)).map(({ id }) => id);
    },

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
