// `/api/w/{ws}/jobs/*` and `jobs_u/*`: watching, reading and cancelling jobs. Windmill's `jobs_u`
// answers strangers in places; here both spellings authorise alike.
import {
  type JobUpdateOutput,
  jobRowShape,
  jobShape,
  jobUpdateShape,
  resultMaybeShape,
} from '../shapes/index.ts';
import { type Paging, paging, present } from './fields.ts';
import { get, json, jsonRows, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const byId = (request: WireRequest): { id: string } => ({ id: request.param('id') });

const longestQueuePage = 100_000;

function listFilters({ query }: WireRequest): Record<string, unknown> {
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
    jobKinds: query.list('job_kinds'),
    tag: query.text('tag'),
    worker: query.text('worker'),
    parentJob: query.text('parent_job'),
    schedulePath: query.text('schedule_path'),
    triggerKind: query.text('trigger_kind'),
    success: query.flag('success'),
    running: query.flag('running'),
    suspended: query.flag('suspended'),
    hasNullParent: query.flag('has_null_parent'),
    args: query.json('args'),
    result: query.json('result'),
    label: query.text('label'),
    isFlowStep: query.flag('is_flow_step'),
  });
}

const list =
  (options: { max?: number } = {}) =>
  (request: WireRequest): Paging & Record<string, unknown> => ({
    ...paging(request, options),
    ...listFilters(request),
  });

const databaseLength = json(({ databaseLength: count }: { databaseLength: number }) => ({
  database_length: count,
}));

const tagsOf = ({ query }: WireRequest): Record<string, unknown> =>
  present({ tags: query.list('tags') });

const jobs = 'w/:workspace/jobs';

const listRows: readonly Row[] = [
  get({
    path: `${jobs}/list`,
    operation: 'jobs.list',
    input: list(),
    answer: jsonRows(jobRowShape),
  }),
  get({
    path: `${jobs}/queue/list`,
    operation: 'jobs.listQueue',
    // The command line asks for the whole queue at once.
    input: list({ max: longestQueuePage }),
    answer: jsonRows(jobRowShape),
  }),
  get({
    path: `${jobs}/completed/list`,
    operation: 'jobs.listCompleted',
    input: list(),
    answer: jsonRows(jobRowShape),
  }),
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
    path: `${jobs}/queue/position/:at`,
    operation: 'jobs.queuePosition',
    input: (request) => ({ scheduledForMs: Number(request.param('at')) }),
    answer: json<{ position: number }>(),
  }),
];

const cancel =
  (force: boolean) =>
  (request: WireRequest): Record<string, unknown> => {
    const { reason } = request.fields();
    return { ...byId(request), force, ...(typeof reason === 'string' ? { reason } : {}) };
  };

const idText = text(({ id }: { id: string }) => id);

/** What is known of one job, under `jobs_u` and under `jobs`. */
const jobRowsUnder = (base: string): readonly Row[] => [
  get({
    path: `${base}/get/:id`,
    operation: 'jobs.get',
    input: (request) => ({
      ...byId(request),
      ...present({ noLogs: request.query.flag('no_logs'), noCode: request.query.flag('no_code') }),
    }),
    answer: json(jobShape),
  }),
  get({
    path: `${base}/get_logs/:id`,
    operation: 'jobs.logs',
    input: byId,
    answer: text(({ logs }: { logs: string }) => logs),
  }),
  get({
    path: `${base}/getupdate/:id`,
    operation: 'jobs.update',
    input: (request) => ({
      ...byId(request),
      ...present({
        running: request.query.flag('running'),
        logOffset: request.query.whole('log_offset'),
      }),
    }),
    answer: json<JobUpdateOutput>(jobUpdateShape),
  }),
  get({
    path: `${base}/completed/get/:id`,
    operation: 'jobs.completed',
    input: byId,
    answer: json(jobShape),
  }),
  get({
    path: `${base}/completed/get_result/:id`,
    operation: 'jobs.result',
    input: byId,
    answer: json(),
  }),
  get({
    path: `${base}/completed/get_result_maybe/:id`,
    operation: 'jobs.resultMaybe',
    input: (request) => ({
      ...byId(request),
      ...present({ getStarted: request.query.flag('get_started') }),
    }),
    answer: json(resultMaybeShape),
  }),
  get({
    path: `${base}/get_root_job_id/:id`,
    operation: 'jobs.rootJobId',
    input: byId,
    answer: json(),
  }),
  get({ path: `${base}/standing/:id`, operation: 'jobs.standing', input: byId, answer: json() }),
  get({ path: `${base}/get_args/:id`, operation: 'jobs.args', input: byId, answer: json() }),
  post({
    path: `${base}/queue/cancel/:id`,
    operation: 'jobs.cancel',
    input: cancel(false),
    answer: idText,
  }),
  post({
    path: `${base}/queue/force_cancel/:id`,
    operation: 'jobs.cancel',
    input: cancel(true),
    answer: idText,
  }),
];

export const jobRows: readonly Row[] = [
  ...listRows,
  ...jobRowsUnder('w/:workspace/jobs_u'),
  ...jobRowsUnder(jobs),
];
