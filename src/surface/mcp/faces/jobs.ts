// Endpoint tools of jobs and workers: run, wait, look, cancel.
import { type JobOutput, jobRowShape, jobShape } from '../../shapes/index.ts';
import { languages } from '../../../engine/index.ts';
import type { JsonObject, ToolResult } from '../protocol.ts';
import { cut, linkedToRun, maxTextBytes, textOf, valueResult } from '../results.ts';
import type { FaceDeps, Invocation } from '../tool.ts';
import { type Argument, type Endpoint, inputOf } from './endpoint.ts';
import * as field from './fields.ts';
import { outcomeResult } from './outcome.ts';
import { waitingEndpoints } from './waiting.ts';

const filters: Record<string, Argument> = {
  ...field.paging,
  script_path_exact: field.text('query', 'Only runs of this path.'),
  script_path_start: field.text('query', 'Only runs of paths that begin with this.'),
  script_hash: field.text('query', 'Only runs of this version.'),
  created_by: field.text('query', 'Only jobs started by this username.'),
  job_kinds: field.commaList('query', 'Only these kinds: script, preview, …'),
  created_after: field.moment('query', 'Only jobs made after this time.'),
  created_before: field.moment('query', 'Only jobs made before this time.'),
  started_after: field.moment('query', 'Only jobs started after this time.'),
  started_before: field.moment('query', 'Only jobs started before this time.'),
  running: field.flag('query', 'Only running ones, or only waiting ones.'),
  suspended: field.flag('query', 'Only flows that wait for people, or none of them.'),
  success: field.flag('query', 'Only those that ended well, or that failed.'),
  tag: field.text('query', 'Only jobs with this worker tag.'),
  worker: field.text('query', 'Only jobs of this worker.'),
  parent_job: field.text('query', 'Only jobs started by this job.'),
  schedule_path: field.text('query', 'Only jobs of this schedule.'),
  has_null_parent: field.flag('query', 'Only jobs without a parent, or with one.'),
  trigger_kind: field.text('query', 'Only jobs started this way: webhook, schedule, mcp, …'),
  status: field.choice(
    'query',
    ['success', 'failure', 'canceled', 'skipped'],
    'Only those that ended so.',
  ),
  completed_after: field.moment('query', 'Only jobs that ended after this time.'),
  completed_before: field.moment('query', 'Only jobs that ended before this time.'),
  broad_filter: field.text('query', 'Part of path, tag, schedule, trigger kind or label.'),
  label: field.text('query', 'Only jobs with this label.'),
  is_flow_step: field.flag('query', 'Only steps of flows, or none.'),
  is_not_schedule: field.unlisted(field.flag('query', 'Only jobs that no schedule started.')),
  is_skipped: field.unlisted(field.flag('query', 'Only flows that were skipped, or none.')),
  allow_wildcards: field.unlisted(field.flag('query', '* in tag, worker, label and more.')),
  all_workspaces: field.unlisted(field.flag('query', 'Of the whole instance.')),
  args: {
    in: 'query',
    schema: { type: 'object', description: 'Only jobs whose arguments contain these.' },
  },
  result: {
    in: 'query',
    schema: { type: 'object', description: 'Only jobs whose result contains this.' },
  },
};

async function start(
  { door }: FaceDeps,
  invocation: Invocation,
  { operation, input }: { operation: string; input: JsonObject },
): Promise<ToolResult> {
  const { id } = (await door.invoke(invocation.call, operation, input)) as { id: string };
  return linkedToRun(valueResult(id), invocation, id);
}

const longResult = 'left out here: read it with getJob and result_offset 0';

/** What makes a job too long for one result, in the order in which it is left out. */
const longParts: readonly [string, string][] = [
  ['logs', 'left out here: read them with getJobLogs'],
  ['raw_code', 'left out here for its length'],
  ['result', longResult],
];

/** A job that fits: its long parts make way first. */
function fitting(job: JsonObject): JsonObject {
  let shown = job;
  for (const [part, note] of longParts) {
    if (Buffer.byteLength(textOf(shown)) <= maxTextBytes) break;
    if (shown[part] !== undefined && shown[part] !== null) shown = { ...shown, [part]: note };
  }
  return shown;
}

/** What a job says in place of a result that it does not carry whole. */
const tooBig = 'WINDMILL_TOO_BIG';

/** Of a part of the result, or of one that no answer carries whole: its JSON text from there. */
async function readPage(door: FaceDeps['door'], { call, args }: Invocation): Promise<ToolResult> {
  const { id, result_offset: offset = 0, json_path: jsonPath } = args;
  const part = jsonPath === undefined ? {} : { jsonPath };
  const asked = { id, ...part, offset, limit: maxTextBytes };
  const page = await door.invoke(call, 'jobs.valuePage', asked);
  const { text, nextOffset, totalBytes } = page as {
    text: string;
    nextOffset: number | null;
    totalBytes: number;
  };
  if (nextOffset === null) return { content: [{ type: 'text', text }] };
  const next = { id, ...(jsonPath === undefined ? {} : { json_path: jsonPath }) };
  const more = `getJob ${JSON.stringify({ ...next, result_offset: nextOffset })}`;
  const note = `[Cut after ${nextOffset} of ${totalBytes} bytes. Read on with ${more}.]`;
  return { content: [{ type: 'text', text: `${text}\n\n${note}` }] };
}

async function readJob({ door }: FaceDeps, invocation: Invocation): Promise<ToolResult> {
  const { id, result_offset: offset, json_path: jsonPath } = invocation.args;
  if (jsonPath !== undefined) return readPage(door, invocation);
  const { no_logs: noLogs, no_code: noCode } = invocation.args;
  const input = {
    id,
    noLogs: offset !== undefined || noLogs === true,
    noCode: noCode === true,
  };
  const job = (await door.invoke(invocation.call, 'jobs.get', input)) as JobOutput;
  if (offset === undefined) {
    const shown = job.result === tooBig ? { ...job, result: longResult } : job;
    return linkedToRun(valueResult(fitting(jobShape(shown))), invocation, String(id));
  }
  if (job.result === tooBig) return readPage(door, invocation);
  const bytes = Buffer.from(textOf(job.result)).subarray(Number(offset));
  const { text } = cut(bytes.toString(), (kept) => {
    const next = { id, result_offset: Number(offset) + kept };
    return `Read on with getJob ${JSON.stringify(next)}.`;
  });
  return { content: [{ type: 'text', text }] };
}

async function readLogs({ door }: FaceDeps, invocation: Invocation): Promise<ToolResult> {
  const { id, offset = 0 } = invocation.args;
  const output = await door.invoke(invocation.call, 'jobs.logs', { id, offset });
  const { logs, offset: end } = output as { logs: string; offset: number };
  const { text, keptBytes } = cut(logs, (kept) => {
    // Offsets of logs count UTF-16 units, the cut counts bytes.
    const units = Buffer.from(logs).subarray(0, kept).toString().length;
    return `Read on with getJobLogs ${JSON.stringify({ id, offset: Number(offset) + units })}.`;
  });
  if (keptBytes !== undefined) return { content: [{ type: 'text', text }] };
  return { content: [{ type: 'text', text }], structuredContent: { logs: text, offset: end } };
}

const preview: Endpoint = {
  name: 'runScriptPreviewAndWaitResult',
  title: 'Run code and wait for its result',
  description:
    'Runs code that is not deployed and waits for its result: for trying a script before ' +
    'createScript or updateScript, and for one-off work. Prefer bun for TypeScript; define main ' +
    'and give its arguments in args.',
  method: 'POST',
  route: '/w/{workspace}/jobs/run_wait_result/preview',
  effect: 'runs',
  operation: 'jobs.previewWait',
  target: 'preview',
  arguments: {
    content: field.required(field.text('body', 'The whole source code.')),
    language: field.required(field.choice('body', languages, 'Language of the code.')),
    args: field.required({
      in: 'body',
      schema: { type: 'object', description: 'Arguments of main, by name; {} for none.' },
    }),
    path: field.text('body', 'Where it would be deployed; relative imports start there.'),
    tag: field.text('body', 'Worker tag, only when it must run on certain workers.'),
    kind: field.only('body', 'code', 'previews of another kind than code'),
    dedicated_worker: field.only('body', false, 'dedicated workers'),
    lock: field.text('body', 'Lock of its imports, to use exactly these versions.'),
  },
  run: async (invocation, { door, waitMs }) => {
    const input = { ...inputOf(preview, invocation.args), waitMs };
    const output = await door.invoke(invocation.call, 'jobs.previewWait', input);
    return outcomeResult(output, { invocation, door });
  },
};

const runEndpoints: readonly Endpoint[] = [
  {
    name: 'runScriptByPath',
    title: 'Start a script by its path',
    description:
      'Starts a deployed script and answers its job id at once; waitJob gets the result. Give ' +
      "the script's own arguments beside path: read them with getScriptByPath first. Where the " +
      'script is a tool of its own, that tool is simpler: it waits.',
    method: 'POST',
    route: '/w/{workspace}/jobs/run/p/{path}',
    effect: 'runs',
    operation: 'jobs.run',
    target: 'script',
    open: true,
    arguments: { path: field.scriptPath('path') },
    run: (invocation, deps) => {
      const { path, ...args } = invocation.args;
      return start(deps, invocation, { operation: 'jobs.run', input: { path, args } });
    },
  },
  preview,
];

const readEndpoints: readonly Endpoint[] = [
  {
    name: 'listJobs',
    title: 'List jobs',
    description:
      'Finds jobs that you may see, queued, running and completed, newest first, without logs ' +
      'and results.',
    method: 'GET',
    route: '/w/{workspace}/jobs/list',
    effect: 'reads',
    operation: 'jobs.list',
    arguments: filters,
    shape: (jobs: JobOutput[]) => jobs.map(jobRowShape),
  },
  {
    name: 'listQueue',
    title: 'List the queue',
    description: 'Lists the jobs that wait or run now.',
    method: 'GET',
    route: '/w/{workspace}/jobs/queue/list',
    effect: 'reads',
    operation: 'jobs.listQueue',
    arguments: filters,
    shape: (jobs: JobOutput[]) => jobs.map(jobRowShape),
  },
  {
    name: 'getJob',
    title: 'Read a job',
    description: 'Reads one job: state, arguments, result, error, duration and logs.',
    method: 'GET',
    route: '/w/{workspace}/jobs_u/get/{id}',
    effect: 'reads',
    operation: 'jobs.get',
    target: 'job',
    arguments: {
      id: field.jobId('path'),
      no_logs: field.flag('query', 'Leave the logs out.'),
      no_code: field.flag('query', 'Leave the code of a preview out.'),
      result_offset: {
        in: 'query',
        schema: {
          type: 'number',
          minimum: 0,
          description: 'Answer only the text of the result, from this byte on.',
        },
      },
      json_path: field.text('query', 'Answer only this part of the result, as in rows.0.name.'),
    },
    run: (invocation, deps) => readJob(deps, invocation),
  },
  {
    name: 'getJobLogs',
    title: 'Read the logs of a job',
    description: 'Reads what a job printed, also while it runs.',
    method: 'GET',
    route: '/w/{workspace}/jobs_u/get_logs/{id}',
    effect: 'reads',
    operation: 'jobs.logs',
    target: 'job',
    arguments: {
      id: field.jobId('path'),
      offset: {
        in: 'query',
        schema: { type: 'number', minimum: 0, description: 'Only what follows this offset.' },
      },
      remove_ansi_warnings: field.ignored('query'),
    },
    run: (invocation, deps) => readLogs(deps, invocation),
  },
];

const wait: Endpoint = {
  name: 'waitJob',
  title: 'Wait for a job',
  description:
    'Waits until a job ends and answers its result like the tool that started it. When it says ' +
    'that the job still runs, call it again.',
  method: 'GET',
  route: '/w/{workspace}/jobs_u/completed/get_result_maybe/{id}',
  effect: 'reads',
  operation: 'jobs.wait',
  target: 'job',
  arguments: {
    id: field.jobId('path'),
    timeout: {
      in: 'query',
      schema: {
        type: 'number',
        minimum: 0,
        maximum: 600,
        description: 'Seconds to wait at most. Leave it out: many clients give up after 60.',
      },
      to: 'waitMs',
      read: (value) => Math.round(Number(value) * 1000),
    },
  },
  run: async (invocation, { door, waitMs }) => {
    const input = { waitMs, ...inputOf(wait, invocation.args) };
    const output = await door.invoke(invocation.call, 'jobs.wait', input);
    return outcomeResult(output, { invocation, door });
  },
};

const controlEndpoints: readonly Endpoint[] = [
  wait,
  {
    name: 'cancelJob',
    title: 'Cancel a job',
    description: 'Stops a job that waits or runs, for good: cancels it.',
    method: 'POST',
    route: '/w/{workspace}/jobs_u/queue/cancel/{id}',
    effect: 'cancels',
    operation: 'jobs.cancel',
    target: 'job',
    arguments: {
      id: field.jobId('path'),
      reason: field.text('body', 'Why, shown in the job.'),
    },
  },
  {
    name: 'rerunJob',
    title: 'Run a job again',
    description:
      'Starts a job again with the same code and arguments and answers the new job id at once; ' +
      'waitJob gets the result.',
    method: 'POST',
    route: '/w/{workspace}/jobs/rerun/{id}',
    effect: 'runs',
    operation: 'jobs.rerun',
    target: 'job',
    arguments: { id: field.jobId('path') },
    run: (invocation, deps) =>
      start(deps, invocation, { operation: 'jobs.rerun', input: { id: invocation.args['id'] } }),
  },
  {
    name: 'restartFlow',
    title: 'Run a flow again from a step',
    description:
      'Runs a flow that is over again from one of its steps, as a new job whose id it answers; ' +
      'the results of the steps before are kept. waitJob gets the result.',
    method: 'POST',
    route: '/w/{workspace}/jobs/restart/f/{id}',
    effect: 'runs',
    operation: 'jobs.restartFlow',
    target: 'job',
    arguments: {
      id: field.jobId('path'),
      step_id: field.required(field.text('body', 'The first step that runs again.')),
      branch_or_iteration_n: {
        in: 'body',
        schema: {
          type: 'integer',
          minimum: 0,
          description: 'Of a loop or branches: the first of them that runs again, from 0.',
        },
        to: 'index',
      },
      nested_path: {
        in: 'body',
        schema: {
          type: 'array',
          maxItems: 50,
          items: {
            type: 'object',
            properties: {
              step_id: { type: 'string', description: 'A step inside the one before.' },
              branch_or_iteration_n: { type: 'integer', minimum: 0 },
            },
            required: ['step_id'],
          },
          description: 'The way to a step inside that iteration or branch.',
        },
        to: 'nested',
      },
    },
    run: (invocation, deps) => {
      const {
        id,
        step_id: stepId,
        branch_or_iteration_n: index,
        nested_path: path,
      } = invocation.args;
      const nested = Array.isArray(path) ? path.map(nestedPoint) : path;
      const known = { ...(index === undefined ? {} : { index }), ...(nested ? { nested } : {}) };
      const input = { id, stepId, ...known };
      return start(deps, invocation, { operation: 'jobs.restartFlow', input });
    },
  },
];

/** In the order in which they are listed. */
/** A step of a nested path in our words. */
function nestedPoint(given: unknown): Record<string, unknown> {
  const { step_id: stepId, branch_or_iteration_n: index } = given as Record<string, unknown>;
  return { stepId, ...(index === undefined ? {} : { index }) };
}

export const jobEndpoints: readonly Endpoint[] = [
  ...runEndpoints,
  ...readEndpoints,
  ...controlEndpoints,
  ...waitingEndpoints,
];
