// The lists of jobs: dynamic filters, so built by Kysely. Each page walks engine_job_newest or
// engine_job_path, newest first, and the viewer is part of the query.
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from '../../store/index.ts';
import type { JobFilters } from './filters.ts';
import type { Job } from './job.ts';
import { shownDueAt } from './jobs.sql.ts';
import { narrowed } from './narrow.sql.ts';
import { startedBy } from './started.sql.ts';
import { shownArgs } from './values.sql.ts';

export interface JobRow {
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
  is_skipped: boolean;
  concurrency_key: string | null;
  held: boolean;
}

interface Tables {
  engine_job: JobRow;
}

export type JobQuery = SelectQueryBuilder<Tables, 'engine_job', object>;

/** Whose list it is. */
export interface Viewer {
  workspace: string;
  /** Jobs of all workspaces. */
  everywhere: boolean;
  all: boolean;
  username: string;
  owners: readonly string[];
  principals: readonly string[];
}

function seenBy(query: JobQuery, viewer: Viewer): JobQuery {
  if (viewer.everywhere) return query;
  const own = query.where('workspace', '=', viewer.workspace);
  if (viewer.all) return own;
  return own.where((is) =>
    is.or([
      sql<boolean>`${sql.raw(startedBy('created_by'))} and created_by = ${viewer.username}`,
      is('permissioned_as', '=', is.fn.any(sql<string[]>`${viewer.principals}::text[]`)),
      is.and([
        is('visible_to_owner', '=', true),
        is('owner', '=', is.fn.any(sql<string[]>`${viewer.owners}::text[]`)),
      ]),
    ]),
  );
}

const columnsWith = (args: boolean) => sql<Job>`
  case when finished then 'CompletedJob' else 'QueuedJob' end as type,
  workspace as "workspaceId", id, parent_job as "parentJob", root_job as "rootJob",
  created_by as "createdBy", created_at as "createdAt", started_at as "startedAt",
  path as "scriptPath", hash as "scriptHash", ${sql.raw(args ? shownArgs(90_000) : 'null as args')},
  kind as "jobKind", language,
  permissioned_as as "permissionedAs", email, tag, priority,
  visible_to_owner as "visibleToOwner", trigger_kind as "triggerKind",
  schedule_path as "schedulePath", worker,
  mem_peak_kb as "memPeak", canceled, canceled_by as "canceledBy",
  canceled_reason as "canceledReason", is_flow_step as "isFlowStep",
  case when finished then null else running end as running,
  ${sql.raw(shownDueAt)},
  suspend, null::bigint as "lastPing", completed_at as "completedAt", duration_ms as "durationMs",
  success, null as result, case when finished then is_skipped end as "isSkipped", deleted, labels,
  resolved_by as "resolvedBy", resolved_at as "resolvedAt", resolution_note as "resolutionNote"`;

export interface Listing {
  filters: JobFilters;
  /** Undefined: both parts. */
  finished: boolean | undefined;
  now: number;
}

async function rowsOf(db: Database, viewer: Viewer, { filters, finished, now }: Listing) {
  const kysely: Kysely<Tables> = await db.kysely<Tables>();
  const seen = narrowed(seenBy(kysely.selectFrom('engine_job'), viewer), filters, now);
  return finished === undefined ? seen : seen.where('finished', '=', finished);
}

/** Newest first unless the filters say otherwise. */
function pageOf(rows: JobQuery, { orderDesc, page, perPage }: JobFilters): JobQuery {
  const order = orderDesc ? 'desc' : 'asc';
  return rows
    .orderBy('created_at', order)
    .orderBy('id', order)
    .limit(perPage)
    .offset((page - 1) * perPage);
}

/** One page of the jobs that the viewer may see. */
export async function selectJobs(db: Database, viewer: Viewer, listing: Listing): Promise<Job[]> {
  const { filters } = listing;
  const columns = columnsWith(filters.includeArgs) as never;
  const page = pageOf(await rowsOf(db, viewer, listing), filters).select(columns);
  return page.execute() as unknown as Promise<Job[]>;
}

/** The ids alone. */
export async function selectJobIds(
  db: Database,
  viewer: Viewer,
  listing: Listing,
): Promise<string[]> {
  const page = pageOf(await rowsOf(db, viewer, listing), listing.filters).select('id');
  return (await page.execute()).map(({ id }) => id);
}

export async function countJobs(db: Database, viewer: Viewer, listing: Listing): Promise<number> {
  const rows = (await rowsOf(db, viewer, listing)).select(sql<number>`count(*)`.as('count'));
  return (await rows.executeTakeFirstOrThrow()).count;
}
