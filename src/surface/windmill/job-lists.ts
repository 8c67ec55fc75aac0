// `/api/w/{ws}/jobs/*` about many jobs at a time: lists with all of Windmill's filters, counts,
// ids, and what is done to a selection.
import { AppError } from '../../base/index.ts';
import { jobRowShape, jobShape } from '../shapes/index.ts';
import { filled, type Paging, paging, present } from './fields.ts';
import { get, json, jsonRows, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const longestQueuePage = 100_000;

const negated = (flag: boolean | undefined): boolean | undefined =>
  flag === undefined ? undefined : !flag;

function listFilters({ query }: WireRequest): Record<string, unknown> {
  if (query.text('trigger_path') !== undefined) {
    throw new AppError('not_implemented', 'Jobs cannot be filtered by trigger_path here.');
  }
  const excludesEntrypoint = query.flag('excludes_entrypoint_override');
  return present({
    orderDesc: query.flag('order_desc'),
    createdBy: query.text('created_by'),
    scriptPathExact: query.text('script_path_exact'),
    scriptPathStart: query.text('script_path_start'),
    scriptHash: query.text('script_hash'),
    startedBefore: query.time('started_before'),
    startedAfter: query.time('started_after'),
    createdBefore: query.time('created_before') ?? query.time('created_or_started_before'),
    createdAfter: query.time('created_after') ?? query.time('created_or_started_after'),
    completedBefore: query.time('completed_before'),
    completedAfter: query.time('completed_after'),
    createdBeforeQueue: query.time('created_before_queue'),
    createdAfterQueue: query.time('created_after_queue'),
    dueOnly: query.flag('scheduled_for_before_now') || undefined,
    jobKinds: query.list('job_kinds'),
    tag: query.text('tag'),
    worker: query.text('worker'),
    parentJob: query.text('parent_job'),
    schedulePath: query.text('schedule_path'),
    triggerKind: query.text('trigger_kind'),
    success: query.flag('success'),
    status: query.text('status'),
    running: query.flag('running'),
    suspended: query.flag('suspended'),
    isSkipped: query.flag('is_skipped'),
    resolved: query.flag('resolved'),
    isNotSchedule: query.flag('is_not_schedule') || undefined,
    hasNullParent: query.flag('has_null_parent'),
    hasEntrypoint: excludesEntrypoint === true ? negated(excludesEntrypoint) : undefined,
    concurrencyKey: query.text('concurrency_key'),
    args: query.json('args'),
    result: query.json('result'),
    label: query.text('label'),
    isFlowStep: query.flag('is_flow_step'),
    broadFilter: query.text('broad_filter'),
    allowWildcards: query.flag('allow_wildcards'),
    allWorkspaces: query.flag('all_workspaces'),
    includeArgs: query.flag('include_args'),
  });
}

const list =
  (options: { max?: number } = {}) =>
  (request: WireRequest): Paging & Record<string, unknown> => ({
    ...paging(request, options),
    ...listFilters(request),
  });

const ids =
  (part: 'all' | 'queue') =>
  (request: WireRequest): Record<string, unknown> => ({
    ...list({ max: longestQueuePage })(request),
    perPage: request.query.whole('per_page') ?? longestQueuePage,
    part,
  });

interface Counted {
  databaseLength: number;
  suspended?: number;
}

const databaseLength = json(({ databaseLength: count, suspended }: Counted) =>
  present({ database_length: count, suspended }),
);

const tagsOf = ({ query }: WireRequest): Record<string, unknown> =>
  present({ tags: query.list('tags') });

/** A body that is a list of job ids. */
const idsIn = ({ body }: WireRequest): unknown => body?.value ?? [];

const jobs = 'w/:workspace/jobs';

/** What counts: everything but pages, order and arguments belongs to counting too. */
function countedSince({ query }: WireRequest): Record<string, unknown> {
  const seconds = query.whole('completed_after_s_ago');
  return present({
    part: 'completed',
    endedWithinSecs: seconds,
    success: query.flag('success'),
    tag: query.text('tags'),
    allWorkspaces: query.flag('all_workspaces'),
  });
}

const countRows: readonly Row[] = [
  get({
    path: `${jobs}/queue/count`,
    operation: 'jobs.queueCount',
    input: tagsOf,
    answer: databaseLength,
  }),
  get({
    path: `${jobs}/completed/count`,
    operation: 'jobs.completedCount',
    input: tagsOf,
    answer: databaseLength,
  }),
  get({
    path: `${jobs}/completed/count_jobs`,
    operation: 'jobs.count',
    input: countedSince,
    answer: json(({ count }: { count: number }) => count),
  }),
  get({
    path: 'jobs/completed/count_by_tag',
    operation: 'jobs.countByTag',
    input: ({ query }) =>
      present({
        horizonSecs: query.whole('horizon_secs'),
        workspaceId: query.text('workspace_id'),
      }),
    answer: json(),
  }),
];

const selectionRows: readonly Row[] = [
  get({
    path: `${jobs}/list_filtered_uuids`,
    operation: 'jobs.listIds',
    input: ids('all'),
    answer: json(),
  }),
  get({
    path: `${jobs}/queue/list_filtered_uuids`,
    operation: 'jobs.listIds',
    input: ids('queue'),
    answer: json(),
  }),
  post({
    path: `${jobs}/queue/cancel_selection`,
    operation: 'jobs.cancelMany',
    input: (request) => ({
      ids: idsIn(request),
      ...present({ force: request.query.flag('force_cancel') }),
    }),
    answer: json(),
  }),
  post({
    path: `${jobs}/completed/resolve`,
    operation: 'jobs.resolve',
    input: (request) => {
      const { job_ids, note, superseded_by } = request.fields();
      if (superseded_by !== undefined && superseded_by !== null) {
        throw new AppError('not_implemented', 'superseded_by is not kept here.', {
          hint: 'Say in note which job took its place.',
        });
      }
      return { ids: job_ids, ...filled({ note }) };
    },
    answer: json(),
  }),
  post({
    path: `${jobs}/completed/unresolve`,
    operation: 'jobs.unresolve',
    input: (request) => ({ ids: request.fields()['job_ids'] }),
    answer: json(),
  }),
  post({
    path: `${jobs}/delete`,
    operation: 'jobs.deleteMany',
    input: (request) => ({ ids: idsIn(request) }),
    answer: text((gone: readonly string[]) => `Deleted ${gone.length} jobs`),
  }),
  post({
    path: `${jobs}/completed/delete/:id`,
    operation: 'jobs.erase',
    input: (request) => ({ id: request.param('id') }),
    answer: json(jobShape),
  }),
  ...['jobs_u', 'jobs'].map((base) =>
    post({
      path: `w/:workspace/${base}/queue/get_started_at_by_ids`,
      operation: 'jobs.startedAt',
      input: (request) => ({ ids: idsIn(request) }),
      answer: jsonRows((at: number) => new Date(at).toISOString()),
    }),
  ),
  post({
    path: `${jobs}/add_batch_jobs/:count`,
    operation: 'jobs.addBatch',
    input: (request) => {
      const { kind, path, flow_value, rawscript, args, tag } = request.fields();
      const said = { kind, path, flowValue: flow_value, rawscript, args, tag };
      return { count: Number(request.param('count')), ...present(said) };
    },
    answer: json(),
  }),
];

/** Also at an address of its own; see `mountInstanceQueue`. */
export const queueList = {
  operation: 'jobs.listQueue',
  // The command line asks for the whole queue at once.
  input: list({ max: longestQueuePage }),
  answer: jsonRows(jobRowShape),
};

export const jobListRows: readonly Row[] = [
  get({
    path: `${jobs}/list`,
    operation: 'jobs.list',
    input: list(),
    answer: jsonRows(jobRowShape),
  }),
  get({
    path: `${jobs}/queue/list`,
    ...queueList,
  }),
  get({
    path: `${jobs}/completed/list`,
    operation: 'jobs.listCompleted',
    input: list(),
    answer: jsonRows(jobRowShape),
  }),
  get({
    path: 'w/:workspace/concurrency_groups/list_jobs',
    operation: 'jobs.list',
    input: list(),
    answer: json((rows: Parameters<typeof jobRowShape>[0][]) => ({
      jobs: rows.map(jobRowShape),
      obscured_jobs: [],
      omitted_obscured_jobs: false,
    })),
  }),
  get({
    path: `${jobs}/queue/position/:at`,
    operation: 'jobs.queuePosition',
    input: (request) => ({ scheduledForMs: Number(request.param('at')) }),
    answer: json<{ position: number }>(),
  }),
  get({
    path: `${jobs}/queue/scheduled_for/:id`,
    operation: 'jobs.get',
    input: (request) => ({ id: request.param('id'), noLogs: true, noCode: true }),
    answer: json(({ scheduledFor }: { scheduledFor: number | null }) => scheduledFor),
  }),
  get({
    path: `${jobs}/result_by_id/:id/:step`,
    operation: 'jobs.stepResult',
    input: (request) => ({ id: request.param('id'), step: request.param('step') }),
    answer: json(),
  }),
  ...countRows,
  ...selectionRows,
];
