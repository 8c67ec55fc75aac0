// `/api/w/{ws}/job_metrics/*` and `jobs/flow/user_states/*`: what jobs note about themselves.
import { get, json, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const workspace = 'w/:workspace';

const state = (request: WireRequest): { id: string; key: string } => ({
  id: request.param('id'),
  key: request.param('key'),
});

export const jobNoteRows: readonly Row[] = [
  post({
    path: `${workspace}/job_metrics/set_progress/:id`,
    operation: 'jobs.setProgress',
    // `flow_job_id` comes along as well; the step's own job carries the progress.
    input: (request) => ({ id: request.param('id'), percent: request.fields()['percent'] }),
    answer: json(),
  }),
  get({
    path: `${workspace}/job_metrics/get_progress/:id`,
    operation: 'jobs.progress',
    input: (request) => ({ id: request.param('id') }),
    answer: json<number | null>(),
  }),
  get({
    path: `${workspace}/jobs/flow/user_states/:id/:key`,
    operation: 'jobs.userState',
    input: state,
    answer: json(),
  }),
  post({
    path: `${workspace}/jobs/flow/user_states/:id/:key`,
    operation: 'jobs.setUserState',
    input: (request) => ({ ...state(request), value: request.body?.value ?? null }),
    answer: text(({ key }: { key: string }) => `user state ${key} set`),
  }),
];
