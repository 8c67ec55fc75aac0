// millrace job get
import { systemClock } from '../../../base/index.ts';
import { type Command, exitCodes, word } from '../command.ts';
import { timeText, tookText } from '../format.ts';
import { colourOfState, endLine, type JobView, stateOf } from '../jobs.ts';
import { factsText } from '../table.ts';
import { oneLine, tameLogs } from '../terminal.ts';
import { briefJson, jsonText } from './output.ts';

/** The end of the logs is enough to see what happened. */
const logLines = 20;

function tail(logs: string): { text: string; cut: boolean } {
  const lines = logs.replace(/\n$/, '').split('\n');
  return { text: lines.slice(-logLines).join('\n'), cut: lines.length > logLines };
}

function timeOf(at: number | null | undefined): string | null {
  return typeof at === 'number' ? timeText(at) : null;
}

/** The stack of an error that is the whole result; the state's line has its message. */
function stackOf(result: unknown): string | undefined {
  const stack = (result as { error?: { stack?: unknown } } | null)?.error?.stack;
  return typeof stack === 'string' && stack !== '' ? stack.trimEnd() : undefined;
}

function bytesText(kilobytes: number): string {
  return `${(kilobytes / 1024).toFixed(1)} MB`;
}

export const jobGet: Command = {
  name: 'job get',
  summary: 'Show a job: state, arguments, result, end of logs.',
  takes: 'ID',
  options: {},
  examples: ['millrace job get 0197a6c2-6f0e-7c1b-9f55-3d1c6f2b8a10'],
  talks: true,
  async run(context, given) {
    const { out } = context.terminal;
    const id = word(given);
    const job = await context.client().call<JobView & { logs?: string | null }>('jobs.get', { id });
    if (given.flag('json')) {
      out.write(jsonText(job));
      return exitCodes.ok;
    }
    const nowAt = systemClock.now();
    const state = stateOf(job, nowAt);
    const { text, cut } = tail(job.logs ?? '');
    const colour = colourOfState[state];
    const done = job.type === 'CompletedJob';
    const stack = state === 'failure' ? stackOf(job.result) : undefined;
    out.write(
      factsText(
        [
          ['job', job.id],
          ['path', job.scriptPath ?? `(${job.jobKind ?? 'no path'})`],
          ['version', job.scriptHash],
          ['state', out.paint(colour, oneLine(endLine(job, nowAt)))],
          ['created', `${timeOf(job.createdAt) ?? ''} by ${job.createdBy ?? ''}`],
          ['due', state === 'scheduled' ? timeOf(job.scheduledFor) : null],
          ['started', timeOf(job.startedAt)],
          ['completed', timeOf(job.completedAt)],
          ['waited', waitedText(job)],
          ['waits', job.waitReason ? oneLine(job.waitReason) : null],
          ['worker', job.worker ?? (state === 'queued' ? `none yet (tag ${job.tag})` : null)],
          ['memory', typeof job.memPeak === 'number' ? bytesText(job.memPeak) : null],
          ['parent', job.parentJob],
          ['arguments', job.args ? briefJson(job.args) : null],
          ['stack', stack === undefined ? null : tameLogs(stack)],
          ['result', done && stack === undefined ? briefJson(job.result) : null],
          ['logs', out.columns === undefined ? text : tameLogs(text)],
        ],
        out,
      ),
    );
    if (cut) {
      const { err } = context.terminal;
      const more = `The last ${logLines} lines of the logs; all: millrace job logs ${id}`;
      err.write(`${err.paint('dim', more)}\n`);
    }
    return exitCodes.ok;
  },
};

/** Time in the queue, when it was long enough to matter. */
function waitedText({ createdAt, startedAt, scheduledFor }: JobView): string | null {
  if (typeof startedAt !== 'number') return null;
  const waitedMs = startedAt - Math.max(createdAt ?? 0, scheduledFor ?? 0);
  return waitedMs < 1000 ? null : tookText(waitedMs);
}
