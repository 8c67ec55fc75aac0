// Reading jobs back: one, its log, its result, lists and counts. Who may see what is decided by
// `visibility.ts` for one job and by `list.sql.ts` for lists.
import { notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Job } from './job.ts';
import { countBefore, countDone, countLive, selectJob } from './jobs.sql.ts';
import { type JobFilters, selectJobs } from './list.sql.ts';
import { readLogs } from './logs.ts';
import { type StandingDeps, standingOf } from './standing.ts';
import { findJob } from './visibility.ts';

async function getRow(db: Database, call: Call, id: string): Promise<Job> {
  await findJob(db, call, { id });
  return readRow(db, call, id);
}

async function readRow(db: Database, call: Call, id: string): Promise<Job> {
  const found = await db.row<Job>(selectJob, [id, workspaceOf(call)]);
  if (!found) throw notFound('job', id);
  return found;
}

async function list(
  db: Database,
  call: Call,
  { filters, finished }: { filters: JobFilters; finished: boolean | undefined },
): Promise<Job[]> {
  const who = readableBy(call.caller);
  const viewer = {
    workspace: workspaceOf(call),
    all: who.all,
    owners: who.owners,
    principals: who.principals,
    username: displayNameOf(call.caller),
  };
  return selectJobs(db, viewer, { filters, finished });
}

export function createReading(deps: StandingDeps) {
  const { db } = deps;
  return {
    async get(call: Call, id: string, { noLogs, noCode }: { noLogs: boolean; noCode: boolean }) {
      const found = await getRow(db, call, id);
      if (!noLogs) found.logs = (await readLogs(db, id, 0)).logs;
      if (found.type === 'QueuedJob') {
        const { reason, position } = await standingOf(deps, { id, workspace: workspaceOf(call) });
        Object.assign(found, { waitReason: reason, queuePosition: position });
      }
      if (noCode) delete found.rawCode;
      return found;
    },

    async logs(call: Call, id: string, offset: number) {
      await findJob(db, call, { id });
      return readLogs(db, id, offset);
    },

    list: (call: Call, filters: JobFilters, finished?: boolean) =>
      list(db, call, { filters, finished }),

    /** One job without its log, for a feature that has settled who may see it. */
    getForFeature: (call: Call, id: string) => readRow(db, call, id),

    /** Throws `not_found` unless the caller may cancel the job. */
    assertMayCancel: async (call: Call, id: string): Promise<void> => {
      await findJob(db, call, { id, toCancel: true });
    },

    /** What is known without the result: state, worker, memory. */
    state: (call: Call, id: string) => findJob(db, call, { id }),

    async completed(call: Call, id: string): Promise<Job> {
      const found = await getRow(db, call, id);
      if (found.type !== 'CompletedJob') throw notFound('completed job', id);
      found.logs = (await readLogs(db, id, 0)).logs;
      return found;
    },

    async count(call: Call, tags: string[] | undefined, finished: boolean) {
      const statement = finished ? countDone : countLive;
      const row = await db.row<{ count: number }>(statement, [workspaceOf(call), tags ?? null]);
      return { databaseLength: row?.count ?? 0 };
    },

    async queuePosition(call: Call, scheduledForMs: number) {
      const due = [workspaceOf(call), scheduledForMs];
      const row = await db.row<{ count: number }>(countBefore, due);
      return { position: (row?.count ?? 0) + 1 };
    },
  };
}
