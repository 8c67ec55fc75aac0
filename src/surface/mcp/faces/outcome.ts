// How a finished, failed or still running job is told to a model. Script tools, previews and
// waitJob answer alike.
import { runPage } from '../links.ts';
import { isObject, type ToolResult } from '../protocol.ts';
import { cut, linkedToRun, textOf } from '../results.ts';
import type { Invocation } from '../tool.ts';

/** What the `*Wait` operations of jobs answer. */
export interface Outcome {
  id: string;
  /** False: the wait was over before the job. */
  done: boolean;
  success: boolean | null;
  /** What the script returned, or `{error: {name, message, stack}}`. */
  result: unknown;
  path: string | null;
}

function call(tool: string, args: Record<string, unknown>): string {
  return `${tool} ${JSON.stringify(args)}`;
}

function stillRunning({ id, path }: Outcome, invocation: Invocation): ToolResult {
  const { origin, workspace, offers } = invocation;
  const next = offers('waitJob')
    ? `Call ${call('waitJob', { id })} to wait for its result; do not start it again.`
    : 'Its result will be on the page of the run; do not start it again.';
  const text = [
    `${path ?? 'The code'} is still running as job ${id}. ${next}`,
    `Run: ${runPage(origin, workspace, id)}`,
  ].join('\n');
  return {
    content: [{ type: 'text', text }],
    structuredContent: { job_id: id, running: true },
    _meta: { 'millrace/job': { id, url: runPage(origin, workspace, id) } },
  };
}

interface Thrown {
  name: string;
  message: string;
  stack: string | undefined;
}

function thrownOf(result: unknown): Thrown {
  const error = isObject(result) && isObject(result['error']) ? result['error'] : {};
  const { name, message, stack } = error;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : textOf(isObject(result) ? error : result),
    stack: typeof stack === 'string' ? stack : undefined,
  };
}

function failed(outcome: Outcome, invocation: Invocation): ToolResult {
  const { id, path } = outcome;
  const { origin, workspace, offers } = invocation;
  const { name, message, stack } = thrownOf(outcome.result);
  const url = runPage(origin, workspace, id);
  const ending = [
    `Job ${id}: ${url}`,
    ...(offers('getJobLogs') ? [`What it printed: ${call('getJobLogs', { id })}`] : []),
  ];
  const told = `${path ?? 'The code'} failed with ${name}: ${message}${stack ? `\n${stack}` : ''}`;
  const { text, keptBytes } = cut(told, () => 'The rest is on the page of the run.');
  return {
    content: [{ type: 'text', text: `${text}\n\n${ending.join('\n')}` }],
    ...(keptBytes === undefined && {
      structuredContent: {
        error: { name, message, ...(stack !== undefined && { stack }) },
        job_id: id,
        run_url: url,
      },
    }),
    isError: true,
    _meta: { 'millrace/job': { id, url } },
  };
}

/**
 * The result of a job that was waited for: what the script returned (text as it is, other values
 * as JSON; `structuredContent` when it is an object), an error with `isError`, or the job id.
 */
export function outcomeResult(outcome: Outcome, invocation: Invocation): ToolResult {
  if (!outcome.done) return stillRunning(outcome, invocation);
  if (outcome.success !== true) return failed(outcome, invocation);
  const { id, result } = outcome;
  const { text, keptBytes } = cut(textOf(result), (kept) =>
    invocation.offers('getJob')
      ? `Read on with ${call('getJob', { id, result_offset: kept })}.`
      : 'The whole result is on the page of the run.',
  );
  const structured = keptBytes === undefined && isObject(result);
  return linkedToRun(
    { content: [{ type: 'text', text }], ...(structured && { structuredContent: result }) },
    invocation,
    id,
  );
}
