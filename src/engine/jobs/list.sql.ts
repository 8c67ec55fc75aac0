// The lists of jobs: dynamic filters, so built by Kysely. Each page walks engine_job_newest or
// engine_job_path, newest first, and the viewer is part of the query.
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from '../../store/index.ts';
import type { Job } from './job.ts';
import { shownDueAt } from './jobs.sql.ts';

interface JobRow {
  id: string;
  finished: boolean;
  workspace: string;
  kind: string;
  path: string | null;
  owner: string | null;
  hash: string | null;
  language: string | null;
  args: unknown;
  tag: string;
  priority: number;
  created_by: string;
  permissioned_as: string;
  email: string;
  created_at: number;
  scheduled_for: number;
  parent_job: string | null;
  root_job: string | null;
  is_flow_step: boolean;
  trigger_kind: string | null;
  schedule_path: string | null;
  visible_to_owner: boolean;
  labels: string[] | null;
  running: boolean;
  suspend: number | null;
  worker: string | null;
  started_at: number | null;
  canceled: boolean;
  canceled_by: string | null;
  canceled_reason: string | null;
  completed_at: number | null;
  duration_ms: number | null;
  success: boolean | null;
  result: unknown;
  mem_peak_kb: number | null;
  deleted: boolean;
}

interface Tables {
  engine_job: JobRow;
}

/** What narrows a list; absent filters do not apply. Times in epoch milliseconds. */
export interface JobFilters {
  page: number;
  perPage: number;
  orderDesc?: boolean | undefined;
  createdBy?: string | undefined;
  scriptPathExact?: string | undefined;
  scriptPathStart?: string | undefined;
  scriptHash?: string | undefined;
  startedBefore?: number | undefined;
  startedAfter?: number | undefined;
  createdBefore?: number | undefined;
  createdAfter?: number | undefined;
  jobKinds?: string[] | undefined;
  tag?: string | undefined;
  worker?: string | undefined;
  parentJob?: string | undefined;
  schedulePath?: string | undefined;
  triggerKind?: string | undefined;
  success?: boolean | undefined;
  running?: boolean | undefined;
  suspended?: boolean | undefined;
  hasNullParent?: boolean | undefined;
  args?: Record<string, unknown> | undefined;
  result?: unknown;
  label?: string | undefined;
  isFlowStep?: boolean | undefined;
}

/** Whose list it is. */
export interface Viewer {
  workspace: string;
  all: boolean;
  username: string;
  owners: readonly string[];
  principals: readonly string[];
}

type JobQuery = SelectQueryBuilder<Tables, 'engine_job', object>;

function seenBy(query: JobQuery, viewer: Viewer): JobQuery {
  const own = query.where('workspace', '=', viewer.workspace);
  if (viewer.all) return own;
  return own.where((is) =>
    is.or([
      is('created_by', '=', viewer.username),
      is('permissioned_as', '=', is.fn.any(sql<string[]>`${viewer.principals}::text[]`)),
      is.and([
        is('visible_to_owner', '=', true),
        is('owner', '=', is.fn.any(sql<string[]>`${viewer.owners}::text[]`)),
      ]),
    ]),
  );
}

function inTime(query: JobQuery, filters: JobFilters): JobQuery {
  let timed = query;
  if (filters.startedBefore !== undefined) {
    timed = timed.where('started_at', '<', filters.startedBefore);
  }
  if (filters.startedAfter !== undefined) {
    timed = timed.where('started_at', '>', filters.startedAfter);
  }
  if (filters.createdBefore !== undefined) {
    timed = timed.where('created_at', '<', filters.createdBefore);
  }
  if (filters.createdAfter !== undefined) {
    timed = timed.where('created_at', '>', filters.createdAfter);
  }
  return timed;
}

function narrowed(query: JobQuery, filters: JobFilters): JobQuery {
  let rows = inTime(query, filters);
  const equal = [
    ['created_by', filters.createdBy],
    ['path', filters.scriptPathExact],
    ['hash', filters.scriptHash],
    ['tag', filters.tag],
    ['worker', filters.worker],
    ['parent_job', filters.parentJob],
    ['schedule_path', filters.schedulePath],
    ['trigger_kind', filters.triggerKind],
    ['success', filters.success],
    ['running', filters.running],
    ['is_flow_step', filters.isFlowStep],
  ] as const;
  for (const [column, value] of equal) {
    if (value !== undefined) rows = rows.where(column, '=', value);
  }
  if (filters.scriptPathStart !== undefined) {
    rows = rows.where(sql<boolean>`starts_with(path, ${filters.scriptPathStart})`);
  }
  if (filters.jobKinds !== undefined) rows = rows.where('kind', 'in', filters.jobKinds);
  if (filters.suspended === true) rows = rows.where('suspend', '>', 0);
  if (filters.suspended === false) rows = rows.where('suspend', 'is', null);
  if (filters.hasNullParent === true) rows = rows.where('parent_job', 'is', null);
  if (filters.hasNullParent === false) rows = rows.where('parent_job', 'is not', null);
  if (filters.label !== undefined) {
    rows = rows.where(sql<boolean>`${filters.label} = any (labels)`);
  }
  if (filters.args !== undefined) {
    rows = rows.where(sql<boolean>`args::jsonb @> ${JSON.stringify(filters.args)}::jsonb`);
  }
  if (filters.result !== undefined) {
    rows = rows.where(sql<boolean>`result::jsonb @> ${JSON.stringify(filters.result)}::jsonb`);
  }
  return rows;
}

const columns = sql<Job>`
  case when finished then 'CompletedJob' else 'QueuedJob' end as type,
  workspace as "workspaceId", id, parent_job as "parentJob", root_job as "rootJob",
  created_by as "createdBy", created_at as "createdAt", started_at as "startedAt",
  path as "scriptPath", hash as "scriptHash", null as args, kind as "jobKind", language,
  permissioned_as as "permissionedAs", email, tag, priority,
  visible_to_owner as "visibleToOwner", trigger_kind as "triggerKind",
  schedule_path as "schedulePath", worker,
  mem_peak_kb as "memPeak", canceled, canceled_by as "canceledBy",
  canceled_reason as "canceledReason", is_flow_step as "isFlowStep",
  case when finished then null else running end as running,
  ${sql.raw(shownDueAt)},
  suspend, null::bigint as "lastPing", completed_at as "completedAt", duration_ms as "durationMs",
  success, null as result, case when finished then is_skipped end as "isSkipped", deleted, labels`;

/** One page of the jobs that the viewer may see; `finished` undefined lists both parts. */
export async function selectJobs(
  db: Database,
  viewer: Viewer,
  { filters, finished }: { filters: JobFilters; finished: boolean | undefined },
): Promise<Job[]> {
  const kysely: Kysely<Tables> = await db.kysely<Tables>();
  let rows = narrowed(seenBy(kysely.selectFrom('engine_job'), viewer), filters);
  if (finished !== undefined) rows = rows.where('finished', '=', finished);
  const order = filters.orderDesc === false ? 'asc' : 'desc';
  return rows
    .select(columns as never)
    .orderBy('created_at', order)
    .orderBy('id', order)
    .limit(filters.perPage)
    .offset((filters.page - 1) * filters.perPage)
    .execute() as unknown as Promise<Job[]>;
}
