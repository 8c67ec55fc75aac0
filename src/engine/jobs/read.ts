// Reading jobs back: one, its log, its result, lists and counts. Who may see what is decided by
// `visibility.ts` for one job and by `list.sql.ts` for lists.
import { AppError, notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobFilters, JobNarrowing, JobPart } from './filters.ts';
import type { Job } from './job.ts';
import { countBefore, countDone, countLive, selectJob } from './jobs.sql.ts';
import type { Viewer } from './list.sql.ts';
import { readLogs } from './logs.ts';
import { countDoneByTag, selectStartedAt, selectStepResults } from './many.sql.ts';
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

/** Loaded when somebody lists: the query builder behind it has 255 files. */
const lists = () => import('./list.sql.ts');

/** Whose list it is; throws for somebody who asks for all workspaces and may not. */
function viewerOf(call: Call, everywhere: boolean): Viewer {
  if (everywhere && !call.caller.superAdmin) {
    throw new AppError('forbidden', 'Only an instance admin lists the jobs of all workspaces.', {
      hint: 'Leave all_workspaces out, and ask each workspace.',
    });
  }
  const { all, owners, principals } = readableBy(call.caller);
  const username = displayNameOf(call.caller);
  return { workspace: workspaceOf(call), everywhere, all, owners, principals, username };
}

/** Of a list: those that are over, those that are not, or both. */
const finishedOf = { completed: true, queue: false, all: undefined };

interface FlowStatus {
  modules?: { id: string; job?: string; flow_jobs?: string[] }[];
}

export interface ReadingDeps extends StandingDeps {
  /** Port: how a workflow as code stands; undefined for any other job. */
  workflowStatus: (id: string) => Promise<unknown>;
}

/** Workflows as code are scripts; only flows and Bash can be told from them by their row. */
const mayBeWorkflow = ({ language }: Job): boolean => language !== null && language !== 'bash';

export type Reading = ReturnType<typeof createReading>;

export function createReading(deps: ReadingDeps) {
  const { db } = deps;
  return {
    async get(call: Call, id: string, { noLogs, noCode }: { noLogs: boolean; noCode: boolean }) {
      const found = await getRow(db, call, id);
      if (mayBeWorkflow(found)) found.workflowStatus = await deps.workflowStatus(id);
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

    async list(call: Call, filters: JobFilters, finished?: boolean): Promise<Job[]> {
      const listing = { filters, finished, now: deps.clock.now() };
      const { selectJobs } = await lists();
      return selectJobs(db, viewerOf(call, filters.allWorkspaces), listing);
    },

    async listIds(call: Call, filters: JobFilters, part: JobPart): Promise<string[]> {
      const listing = { filters, finished: finishedOf[part], now: deps.clock.now() };
      const { selectJobIds } = await lists();
      return selectJobIds(db, viewerOf(call, filters.allWorkspaces), listing);
    },

    /** How many there are of what the viewer may see. */
    async countFiltered(call: Call, filters: JobNarrowing, part: JobPart): Promise<number> {
      const all = { ...filters, page: 1, perPage: 1, orderDesc: true, includeArgs: false };
      const listing = { filters: all, finished: finishedOf[part], now: deps.clock.now() };
      const { countJobs } = await lists();
      return countJobs(db, viewerOf(call, filters.allWorkspaces), listing);
    },

    /** When these were begun, for those that the caller may see and that were. */
    async startedAt(call: Call, ids: readonly string[]): Promise<number[]> {
      const viewer = viewerOf(call, false);
      const values = [viewer.workspace, ids, viewer.all, viewer.username, viewer.principals];
      const rows = await db.rows<{ at: number }>(selectStartedAt, [...values, viewer.owners]);
      return rows.map(({ at }) => at);
    },

    /** The result of a step of a flow, or of all iterations of one; `not_found` before its end. */
    async stepResult(call: Call, flowId: string, stepId: string): Promise<unknown> {
      const seen = await findJob(db, call, { id: flowId });
      const status = seen.flowStatus as FlowStatus | null;
      const step = status?.modules?.find(({ id }) => id === stepId);
      const ids = step?.flow_jobs ?? (step?.job === undefined ? [] : [step.job]);
      const rows = await db.rows<{ id: string; result: unknown }>(selectStepResults, [ids]);
      if (ids.length === 0 || rows.length < ids.length) throw notFound('finished step', stepId);
      const results = ids.map((id) => rows.find((row) => row.id === id)?.result ?? null);
      return step?.flow_jobs ? results : results[0];
    },

    countByTag: (horizonMs: number, workspace: string | undefined) =>
      db.rows<{ tag: string; count: number }>(countDoneByTag, [
        deps.clock.now() - horizonMs,
        workspace ?? null,
      ]),

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
      type Row = { count: number; suspended?: number };
      const row = await db.row<Row>(statement, [workspaceOf(call), tags ?? null]);
      const { count = 0, suspended } = row ?? {};
      return { databaseLength: count, ...(suspended === undefined ? {} : { suspended }) };
    },

    async queuePosition(call: Call, scheduledForMs: number) {
      const due = [workspaceOf(call), scheduledForMs];
      const row = await db.row<{ count: number }>(countBefore, due);
      return { position: (row?.count ?? 0) + 1 };
    },
  };
}
