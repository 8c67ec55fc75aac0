// `/api/w/{ws}/jobs/*` and `jobs_u/*`: watching, reading and cancelling jobs. Windmill's `jobs_u`
// answers strangers in places; here both spellings authorise alike.
import {
  flowShapes,
  type JobUpdateOutput,
  jobShape,
  jobTimingShape,
  jobUpdateShape,
  resultMaybeShape,
} from '../shapes/index.ts';
import { present } from './fields.ts';
import { get, json, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const byId = (request: WireRequest): { id: string } => ({ id: request.param('id') });

const cancel =
  (force: boolean) =>
  (request: WireRequest): Record<string, unknown> => {
    const { reason } = request.fields();
    return { ...byId(request), force, ...(typeof reason === 'string' ? { reason } : {}) };
  };

/** What Windmill shows of a long log. */
const logTail = 8192;

const idText = text(({ id }: { id: string }) => id);

const jobsU = 'w/:workspace/jobs_u';

/** A flow run read whole, and all jobs of a path. */
const wideRows: readonly Row[] = [
  get({
    path: `${jobsU}/get_flow_all_logs/:id`,
    operation: 'jobs.flowLogs',
    input: byId,
    answer: text(flowShapes.run.logsText),
  }),
  get({
    path: `${jobsU}/get_flow_all_logs_structured/:id`,
    operation: 'jobs.flowLogs',
    input: byId,
    answer: json(flowShapes.run.logs),
  }),
  get({
    path: `${jobsU}/get_flow_all_results/:id`,
    operation: 'jobs.flowResults',
    input: (request) => ({
      ...byId(request),
      ...present({
        step: request.query.text('step'),
        maxResultLength: request.query.whole('max_result_len'),
      }),
    }),
    answer: json(flowShapes.run.results),
  }),
  post({
    path: `${jobsU}/queue/cancel_persistent/*`,
    operation: 'jobs.cancelPath',
    input: (request) => {
      const { reason } = request.fields();
      return { path: request.path(), ...(typeof reason === 'string' ? { reason } : {}) };
    },
    answer: text((ids: readonly string[]) => `Canceled ${ids.length} jobs`),
  }),
];

/** A value of a job, or what stands at `json_path` in it. */
const valueAt = (request: WireRequest) => ({
  ...byId(request),
  ...present({ jsonPath: request.query.text('json_path') }),
});

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
    path: `${base}/get_completed_logs_tail/:id`,
    operation: 'jobs.logs',
    input: byId,
    answer: text(({ logs }: { logs: string }) => logs.slice(-logTail)),
  }),
  get({
    path: `${base}/completed/get_timing/:id`,
    operation: 'jobs.completed',
    input: byId,
    answer: json(jobTimingShape),
  }),
  get({
    path: `${base}/getupdate/:id`,
    operation: 'jobs.update',
    input: (request) => ({
      ...byId(request),
      ...present({
        running: request.query.flag('running'),
        logOffset: request.query.whole('log_offset'),
        streamOffset: request.query.whole('stream_offset'),
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
    input: valueAt,
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
  get({ path: `${base}/get_args/:id`, operation: 'jobs.args', input: valueAt, answer: json() }),
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

const jobs = 'w/:workspace/jobs';

export const jobRows: readonly Row[] = [...jobRowsUnder(jobsU), ...jobRowsUnder(jobs), ...wideRows];
