// How a finished, failed or still running job is told to a model. Script tools, previews and
// waitJob answer alike.
import { AppError } from '../../../base/index.ts';
import type { Door } from '../../../operation/index.ts';
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

/** Where an outcome is told: to whom, and how to read more about the job. */
export interface Telling {
  invocation: Invocation;
  door: Door;
}

const maxLogLines = 20;
const maxLogChars = 2_000;

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
  /** The step of a flow that failed. */
  step: string | undefined;
}

function thrownOf(result: unknown): Thrown {
  const error = isObject(result) && isObject(result['error']) ? result['error'] : {};
  const { name, message, stack, step_id: step } = error;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : textOf(isObject(result) ? error : result),
    stack: typeof stack === 'string' ? stack : undefined,
    step: typeof step === 'string' ? step : undefined,
  };
}

function lastLines(logs: string): string {
  const lines = logs.trimEnd().split('\n').slice(-maxLogLines).join('\n');
  return lines.length > maxLogChars ? `…${lines.slice(-maxLogChars)}` : lines;
}

interface Printed {
  /** The job that printed it: of a flow, that of the step. */
  id: string;
  logs: string;
}

async function printedBy({ id }: Outcome, step: string | undefined, telling: Telling) {
  const { door, invocation } = telling;
  if (step === undefined) {
    const output = await door.invoke(invocation.call, 'jobs.logs', { id });
    return { id, logs: (output as { logs: string }).logs };
  }
  const output = await door.invoke(invocation.call, 'jobs.flowLogs', { id });
  const { entries } = output as { entries: readonly (Printed & { flowStepId: string | null })[] };
  return entries.findLast(({ flowStepId }) => flowStepId === step);
}

/** What the job printed last; nothing where this token may not read it. */
async function lastPrinted(
  outcome: Outcome,
  step: string | undefined,
  telling: Telling,
): Promise<Printed | undefined> {
  if (!telling.invocation.offers('getJobLogs')) return undefined;
  try {
    return await printedBy(outcome, step, telling);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

async function failed(outcome: Outcome, telling: Telling): Promise<ToolResult> {
  const { id, path } = outcome;
  const { origin, workspace, offers } = telling.invocation;
  const { name, message, stack, step } = thrownOf(outcome.result);
  const printed = await lastPrinted(outcome, step, telling);
  const logs = lastLines(printed?.logs ?? '');
  const url = runPage(origin, workspace, id);
  const restart = { id, ...(step !== undefined && { step_id: step }) };
  const ending = [
    ...(logs === '' ? [] : [`The last that it printed:\n${logs}\n`]),
    `Job ${id}: ${url}`,
    ...(offers('getJobLogs')
      ? [`All that it printed: ${call('getJobLogs', { id: printed?.id ?? id })}`]
      : []),
    ...(step !== undefined && offers('restartFlow')
      ? [`To go on from step ${step} when the cause is gone: ${call('restartFlow', restart)}`]
      : []),
  ];
  const where = step === undefined ? '' : ` in step ${step}`;
  const stackText = stack ? `\n${stack}` : '';
  const told = `${path ?? 'The code'} failed${where} with ${name}: ${message}${stackText}`;
  const { text, keptBytes } = cut(told, () => 'The rest is on the page of the run.');
  return {
    content: [{ type: 'text', text: `${text}\n\n${ending.join('\n')}` }],
    ...(keptBytes === undefined && {
      structuredContent: {
        error: {
          name,
          message,
          ...(stack !== undefined && { stack }),
          ...(step !== undefined && { step_id: step }),
        },
        ...(logs !== '' && { last_logs: logs }),
        job_id: id,
        run_url: url,
      },
    }),
    isError: true,
    _meta: { 'millrace/job': { id, url } },
  };
}

/** What `jobs.get` carries. */
const wholeResultBytes = 2_000_000;

/**
 * The result of a job that was waited for: what the script returned (text as it is, other values
 * as JSON; `structuredContent` when it is an object), an error with `isError`, or the job id.
 */
export async function outcomeResult(output: unknown, telling: Telling): Promise<ToolResult> {
  const outcome = output as Outcome;
  const { invocation } = telling;
  if (!outcome.done) return stillRunning(outcome, invocation);
  if (outcome.success !== true) return failed(outcome, telling);
  const { id, result } = outcome;
  const { text, keptBytes } = cut(textOf(result), (kept) => {
    if (!invocation.offers('getJob')) return 'The whole result is on the page of the run.';
    // From this size on getJob reads the text as it is stored, which is not indented.
    const stored = Buffer.byteLength(JSON.stringify(result)) > wholeResultBytes;
    const next = call('getJob', { id, result_offset: stored ? 0 : kept });
    return stored ? `Read it page by page with ${next}.` : `Read on with ${next}.`;
  });
  const structured = keptBytes === undefined && isObject(result);
  return linkedToRun(
    { content: [{ type: 'text', text }], ...(structured && { structuredContent: result }) },
    invocation,
    id,
  );
}
