// Jobs as the command line shows them, and following one until its end. The server may be newer
// or older than this command, so every field is taken as it comes.
import { setTimeout as pause } from 'node:timers/promises';
import { AppError, monotonicMs } from '../../base/index.ts';
import { type Client, wasUnreachable } from './client.ts';
import { tookText } from './format.ts';
import type { Colour } from './terminal.ts';

/** What is read of a job; the whole of it is what `--json` prints. */
export interface JobView {
  id: string;
  type?: string;
  scriptPath?: string | null;
  scriptHash?: string | null;
  jobKind?: string;
  language?: string | null;
  createdBy?: string;
  createdAt?: number;
  startedAt?: number | null;
  completedAt?: number | null;
  scheduledFor?: number | null;
  durationMs?: number | null;
  memPeak?: number | null;
  worker?: string | null;
  tag?: string;
  args?: unknown;
  result?: unknown;
  success?: boolean | null;
  running?: boolean | null;
  canceled?: boolean;
  canceledBy?: string | null;
  canceledReason?: string | null;
  parentJob?: string | null;
  waitReason?: string | null;
}

export type JobState =
  | 'queued'
  | 'scheduled'
  | 'running'
  | 'canceling'
  | 'success'
  | 'failure'
  | 'canceled';

/** One word for where a job stands; a run that was canceled is not called a failure. */
export function stateOf(job: JobView, nowAt: number): JobState {
  if (job.type === 'CompletedJob') {
    if (job.canceled) return 'canceled';
    return job.success ? 'success' : 'failure';
  }
  if (job.canceled) return 'canceling';
  if (job.running) return 'running';
  return (job.scheduledFor ?? 0) > nowAt + 1000 ? 'scheduled' : 'queued';
}

export const colourOfState: Readonly<Record<JobState, Colour>> = {
  queued: 'dim',
  scheduled: 'dim',
  running: 'blue',
  canceling: 'yellow',
  success: 'green',
  failure: 'red',
  canceled: 'yellow',
};

/** `TypeError: x is not a function` of a failed job's result. */
export function errorLine(result: unknown): string | undefined {
  const error = (result as { error?: { name?: unknown; message?: unknown } } | null)?.error;
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message } = error;
  const said = typeof message === 'string' ? message : '';
  if (typeof name !== 'string' || name === '') return said === '' ? undefined : said;
  return said === '' ? name : `${name}: ${said}`;
}

/** `success in 12 ms`, `failure in 1.2 s: TypeError: …`, `canceled by bob: too late`. */
export function endLine(job: JobView, nowAt: number): string {
  const state = stateOf(job, nowAt);
  const took = typeof job.durationMs === 'number' ? ` in ${tookText(job.durationMs)}` : '';
  if (state === 'canceled') {
    const by = job.canceledBy ? ` by ${job.canceledBy}` : '';
    return `canceled${by}${job.canceledReason ? `: ${job.canceledReason}` : ''}`;
  }
  const error = state === 'failure' ? errorLine(job.result) : undefined;
  return `${state}${took}${error ? `: ${error}` : ''}`;
}

interface JobNews {
  running: boolean;
  completed: boolean;
  newLogs: string;
  logOffset: number;
}

export interface Following {
  onLogs(text: string): void;
  /** Each time something is known anew: `queued`, `running`, `server away`. */
  onState(state: 'queued' | 'running' | 'away'): void;
  signal?: AbortSignal;
}

/**
 * How long each question may be held open by the server: short ones first, because most jobs end
 * at once; never long, because a worker on another machine does not wake the one who waits.
 */
const holdsMs = [50, 100, 250, 500, 1000] as const;
/** How long a server that restarts is waited for. */
const patienceMs = 60_000;

/**
 * Follows a job until it is completed: new log text as it comes, and a word when its state
 * changes. A server that goes away for less than a minute is waited for, because jobs survive it.
 */
export async function followJob(client: Client, id: string, following: Following): Promise<void> {
  const { onLogs, onState, signal } = following;
  let known = { running: false, logOffset: 0 };
  let lostMs: number | undefined;
  let state = 'queued';
  let asked = 0;
  const tell = (next: 'queued' | 'running' | 'away'): void => {
    if (next !== state) onState(next);
    state = next;
  };
  for (;;) {
    const askedMs = monotonicMs();
    const holdMs = holdsMs[Math.min(asked, holdsMs.length - 1)];
    asked += 1;
    let news: JobNews | undefined;
    try {
      news = await client.call<JobNews>('jobs.update', { id, ...known, holdMs }, { signal });
      lostMs = undefined;
    } catch (error) {
      if (!wasUnreachable(error)) throw error;
      lostMs ??= monotonicMs();
      if (monotonicMs() - lostMs > patienceMs) throw error;
      tell('away');
    }
    if (news) {
      if (news.newLogs !== '') onLogs(news.newLogs);
      if (news.completed) return;
      tell(news.running ? 'running' : 'queued');
      known = { running: news.running, logOffset: news.logOffset };
    }
    // A server that does not hold the question must not be asked without end.
    if (!news || (news.newLogs === '' && monotonicMs() - askedMs < 20)) await rest(signal);
  }
}

async function rest(signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(500, undefined, signal ? { signal } : {});
  } catch {
    throw new AppError('canceled', 'Canceled.');
  }
}
