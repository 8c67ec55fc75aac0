// Watching a job on the terminal: its logs, a passing line while it waits or runs, and its end.
// Everything goes to standard error; the result is the caller's to print.
import { monotonicMs, systemClock } from '../../base/index.ts';
import type { Context } from './command.ts';
import { colourOfState, endLine, followJob, type JobView, stateOf } from './jobs.ts';
import { tameLogs, type Terminal } from './terminal.ts';

/** A job that ends sooner needs no passing line. */
const quietMs = 400;
/** After this long without a worker it is worth saying why nothing happens. */
const stuckMs = 10_000;

/** Writes log text as it comes; on a terminal, nothing that moves the cursor. */
export function logWriter(write: (text: string) => void, terminal: boolean) {
  let atLineStart = true;
  return {
    write(text: string): void {
      if (text === '') return;
      atLineStart = text.endsWith('\n');
      write(terminal ? tameLogs(text) : text);
    },
    /** Ends a last line that the script left open. */
    end(): void {
      if (!atLineStart) write('\n');
      atLineStart = true;
    },
    get atLineStart(): boolean {
      return atLineStart;
    },
  };
}

interface Passing {
  set(state: 'queued' | 'running' | 'away'): void;
  stop(): void;
}

const sentences = {
  queued: 'waiting for a worker',
  running: 'running',
  away: 'the server is away; the job goes on when it is back',
} as const;

/** The passing line, renewed each second; without a terminal it is one line after a while. */
function passingLine(terminal: Terminal, quiet: () => boolean): Passing {
  const startedMs = monotonicMs();
  let state: 'queued' | 'running' | 'away' = 'queued';
  let sinceMs = startedMs;
  let complained = false;
  const show = (): void => {
    const nowMs = monotonicMs();
    if (nowMs - startedMs < quietMs) return;
    const stuck = state === 'queued' && nowMs - sinceMs > stuckMs;
    if (stuck && !complained) {
      complained = true;
      terminal.err.write('No worker has taken it yet; see: millrace op workers.list\n');
    }
    const seconds = Math.floor((nowMs - sinceMs) / 1000);
    if (quiet()) terminal.status(`${sentences[state]}${seconds > 0 ? `, ${seconds} s` : ''}`);
  };
  const timer = setInterval(show, quietMs);
  return {
    set(next) {
      state = next;
      sinceMs = monotonicMs();
    },
    stop() {
      clearInterval(timer);
      terminal.status(undefined);
    },
  };
}

export interface WatchOptions {
  id: string;
  /** Where log text goes: standard error beside a result, standard output for `job logs`. */
  logs: 'out' | 'err';
  signal: AbortSignal;
}

/** What a job says in place of a result that it does not carry. */
const tooBig = 'WINDMILL_TOO_BIG';

/** Follows a job to its end, shows the last line, and answers the job with its result. */
export async function watchJob(context: Context, options: WatchOptions): Promise<JobView> {
  const { terminal } = context;
  const client = context.client();
  const channel = terminal[options.logs];
  const logs = logWriter((text) => channel.write(text), channel.columns !== undefined);
  const passing = passingLine(terminal, () => logs.atLineStart);
  try {
    await followJob(client, options.id, {
      onLogs: (text) => logs.write(text),
      onState: (state) => passing.set(state),
      signal: options.signal,
    });
  } finally {
    passing.stop();
    logs.end();
  }
  const job = await client.call<JobView>('jobs.get', {
    id: options.id,
    noLogs: true,
    noCode: true,
  });
  const nowAt = systemClock.now();
  const { err } = terminal;
  err.write(`${err.paint(colourOfState[stateOf(job, nowAt)], tameLogs(endLine(job, nowAt)))}\n`);
  if (job.result !== tooBig) return job;
  return { ...job, result: await client.call<unknown>('jobs.result', { id: options.id }) };
}
