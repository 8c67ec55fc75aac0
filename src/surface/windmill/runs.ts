// `/api/w/{ws}/jobs/run/*` and `run_wait_result/*`: what starts scripts. Their tokens may stand in
// the address, and their bodies are the arguments.
import { filled, present } from './fields.ts';
import { runArgs, runEvent, runOptions } from './payload.ts';
import { resultAnswer } from './result.ts';
import { get, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const jobs = 'w/:workspace/jobs';

const idText = text(({ id }: { id: string }) => id, 201);

const byPath = (request: WireRequest): Record<string, unknown> => ({
  path: request.path(),
  args: runArgs(request),
  ...runEvent(request),
  ...runOptions(request),
});

const byHash = (request: WireRequest): Record<string, unknown> => ({
  hash: request.param('hash'),
  args: runArgs(request),
  ...runEvent(request),
  ...runOptions(request),
});

const byVersion = (request: WireRequest): Record<string, unknown> => ({
  version: Number(request.param('version')),
  args: runArgs(request),
  ...runEvent(request),
  ...runOptions(request),
});

/** What starts something deployed; `at` stands behind `run/` and `run_and_stream/`. */
export const starts = [
  { at: 'p/*', operation: 'jobs.run', input: byPath },
  { at: 'h/:hash', operation: 'jobs.runByHash', input: byHash },
  { at: 'f/*', operation: 'jobs.runFlow', input: byPath },
  { at: 'fv/:version', operation: 'jobs.runFlowVersion', input: byVersion },
] as const;

function flowPreview(request: WireRequest): Record<string, unknown> {
  const { value, path, args, temp_script_refs: localScripts } = request.fields();
  return {
    ...filled({ value, args, localScripts, path: path === '' ? undefined : path }),
    ...present(runOptions(request)),
  };
}

function preview(request: WireRequest): Record<string, unknown> {
  const { path, temp_script_refs: localScripts, ...body } = request.fields();
  const { content, language, lock, args, tag } = body;
  return {
    ...filled({ content, language, lock, args, tag, localScripts }),
    ...filled({ path: path === '' ? undefined : path }),
    ...present(runOptions(request)),
  };
}

const runs = true as const;

/** What starts flows: by path, by version, or as they come along. */
const flowRunRows: readonly Row[] = [
  post({
    path: `${jobs}/run/preview_flow`,
    operation: 'jobs.previewFlow',
    input: flowPreview,
    answer: idText,
    runs,
  }),
  ...[post, get].flatMap((row) => [
    row({
      path: `${jobs}/run_wait_result/f/*`,
      operation: 'jobs.runFlowWait',
      input: byPath,
      answer: resultAnswer,
      runs,
    }),
    row({
      path: `${jobs}/run_wait_result/fv/:version`,
      operation: 'jobs.runFlowVersionWait',
      input: byVersion,
      answer: resultAnswer,
      runs,
    }),
  ]),
  post({
    path: `${jobs}/run_wait_result/preview_flow`,
    operation: 'jobs.previewFlowWait',
    input: flowPreview,
    answer: resultAnswer,
    runs,
  }),
];

/** Windmill runs these in the worker of the caller; here they are jobs like any other. */
const inlineArgs = (request: WireRequest) => {
  const { args } = request.fields();
  return { ...filled({ args }), ...present(runOptions(request)) };
};
const inlineRows: readonly Row[] = [
  post({
    path: `${jobs}/run_inline/p/*`,
    operation: 'jobs.runWait',
    input: (request) => ({ path: request.path(), ...inlineArgs(request) }),
    answer: resultAnswer,
    runs,
  }),
  post({
    path: `${jobs}/run_inline/h/:hash`,
    operation: 'jobs.runWaitByHash',
    input: (request) => ({ hash: request.param('hash'), ...inlineArgs(request) }),
    answer: resultAnswer,
    runs,
  }),
  post({
    path: `${jobs}/run_inline/preview`,
    operation: 'jobs.previewWait',
    input: preview,
    answer: resultAnswer,
    runs,
  }),
];

export const runRows: readonly Row[] = [
  ...starts.map(({ at, ...row }) =>
    post({ path: `${jobs}/run/${at}`, ...row, answer: idText, runs }),
  ),
  ...flowRunRows,
  post({
    path: `${jobs}/run/preview`,
    operation: 'jobs.preview',
    input: preview,
    answer: idText,
    runs,
  }),
  post({
    path: `${jobs}/run_wait_result/p/*`,
    operation: 'jobs.runWait',
    input: byPath,
    answer: resultAnswer,
    runs,
  }),
  get({
    path: `${jobs}/run_wait_result/p/*`,
    operation: 'jobs.runWait',
    input: byPath,
    answer: resultAnswer,
    runs,
  }),
  post({
    path: `${jobs}/run_wait_result/h/:hash`,
    operation: 'jobs.runWaitByHash',
    input: byHash,
    answer: resultAnswer,
    runs,
  }),
  get({
    path: `${jobs}/run_wait_result/h/:hash`,
    operation: 'jobs.runWaitByHash',
    input: byHash,
    answer: resultAnswer,
    runs,
  }),
  post({
    path: `${jobs}/run_wait_result/preview`,
    operation: 'jobs.previewWait',
    input: preview,
    answer: resultAnswer,
    runs,
  }),
  ...inlineRows,
];
