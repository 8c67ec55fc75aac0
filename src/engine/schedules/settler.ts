// Looks at how runs of schedules ended: counts them, and starts the handlers that are due, each
// run once, in the commit that takes it off the list. Hears of ends by the signals about jobs; what
// a process left behind when it died is found by a slow look.
import { AppError, type Log, type SlowTick } from '../../base/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { createQueue, JobEvents, NewJob } from '../jobs/index.ts';
import { handlerTarget, type SchedulePushes } from './pushes.ts';
import type { ScheduleRow } from './schedule.ts';
import * as sql from './schedules.sql.ts';
import { consequenceOf, type End, type Handler } from './streaks.ts';

const lookEveryMs = 30_000;

export interface SettlerDeps {
  db: Database;
  tick: SlowTick;
  log: Log;
  events: Pick<JobEvents, 'watch'>;
  queue: Pick<ReturnType<typeof createQueue>, 'rowOf' | 'stored'>;
  pushes: Pick<SchedulePushes, 'handler'>;
}

export interface Settler {
  /** Settles the run when it ends, or at once when it is over. */
  await(jobId: string, over: boolean): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const extraArgs = {
  onFailure: 'onFailureExtraArgs',
  onRecovery: 'onRecoveryExtraArgs',
  onSuccess: 'onSuccessExtraArgs',
} as const;

const isoOf = (at: number | null): string | null =>
  at === null ? null : new Date(at).toISOString();

const errorOf = (result: unknown): unknown =>
  typeof result === 'object' && result !== null && 'error' in result ? result.error : result;

/** What Windmill tells handlers; the extra arguments come first, the facts win. */
function argsOf(
  { options, path, scriptPath, isFlow }: ScheduleRow,
  handler: Handler,
  facts: { end: End; failed: End | undefined; failures: number; successes: number },
): Record<string, unknown> {
  const { end, failed, failures, successes } = facts;
  const shared = { path: scriptPath, schedule_path: path, is_flow: isFlow, job_id: end.id };
  const success = { success_result: end.result, success_started_at: isoOf(end.startedAt) };
  const own = {
    onFailure: () => ({
      error: errorOf(end.result),
      failed_times: failures,
      started_at: isoOf(end.startedAt),
    }),
    onRecovery: () => ({
      ...success,
      success_times: successes,
      error: errorOf(failed?.result),
      error_started_at: isoOf(failed?.startedAt ?? null),
    }),
    onSuccess: () => success,
  }[handler]();
  return { ...options[extraArgs[handler]], ...shared, ...own };
}

export function createSettler(deps: SettlerDeps): Settler {
  const { db, tick, log, events, queue, pushes } = deps;
  const watches = new Map<string, () => void>();
  // One after the other: each holds a connection while it reads by others.
  let working: Promise<void> = Promise.resolve();
  let stopLooking: (() => Promise<void>) | undefined;
  let stopped = true;

  /** The rows of the handlers, and what is wrong with those that cannot start. */
  async function handlersOf(
    schedule: ScheduleRow,
    handlers: readonly Handler[],
    facts: Parameters<typeof argsOf>[2],
  ): Promise<{ rows: NewJob[]; error: string | null }> {
    const rows: NewJob[] = [];
    let error: string | null = null;
    for (const handler of handlers) {
      const target = handlerTarget(schedule.options[handler] ?? '');
      const args = argsOf(schedule, handler, facts);
      try {
        const push = await pushes.handler(schedule, { target, args, jobId: facts.end.id });
        rows.push(queue.rowOf(push));
      } catch (reason) {
        if (!(reason instanceof AppError)) throw reason;
        error = `The handler ${schedule.options[handler] ?? ''} did not start: ${reason.message}`;
      }
    }
    return { rows, error };
  }

  async function settleIn(queries: Queries, jobId: string): Promise<NewJob[]> {
    const end = await queries.row<End>(sql.selectEnd, [jobId]);
    if (!end) return [];
    const run = await queries.row<{ workspace: string; path: string }>(sql.takeRun, [jobId]);
    if (!run) return [];
    const at = [run.workspace, run.path];
    const schedule = await queries.row<ScheduleRow>(sql.holdSchedule, at);
    if (!schedule) return [];
    const { streaks, handlers } = consequenceOf(schedule.options, schedule, end);
    const failed =
      handlers.includes('onRecovery') && streaks.lastFailure !== null
        ? await queries.row<End>(sql.selectEnd, [streaks.lastFailure])
        : undefined;
    const { rows, error } = await handlersOf(schedule, handlers, { end, failed, ...streaks });
    const { failures, successes, lastFailure } = streaks;
    await queries.run(sql.updateStreaks, [...at, failures, successes, lastFailure, error]);
    if (rows.length > 0) await queries.run(sql.insertHandlers, [JSON.stringify(rows)]);
    return rows;
  }

  function settle(jobId: string): void {
    watches.get(jobId)?.();
    watches.delete(jobId);
    working = working
      .then(() => db.transaction((queries) => settleIn(queries, jobId)))
      .then((rows) => rows.forEach((row) => queue.stored(row)))
      .catch((error: unknown) => {
        // The slow look tries again.
        log.error('the end of a scheduled run could not be settled', { job: jobId, error });
      });
  }

  function watch(jobId: string): void {
    if (stopped || watches.has(jobId)) return;
    watches.set(jobId, events.watch(jobId, { ended: () => settle(jobId) }));
  }

  async function look(): Promise<void> {
    for (const { jobId } of await db.rows<{ jobId: string }>(sql.selectOpenRuns)) watch(jobId);
    const ended = await db.rows<{ jobId: string }>(sql.selectEndedRuns);
    for (const { jobId } of ended) settle(jobId);
  }

  return {
    await(jobId, over) {
      if (over) settle(jobId);
      else watch(jobId);
    },
    async start() {
      stopped = false;
      await look();
      const name = 'looking for ended runs of schedules';
      stopLooking = tick.every({ name, everyMs: lookEveryMs, look });
    },
    async stop() {
      stopped = true;
      await stopLooking?.();
      for (const stop of watches.values()) stop();
      watches.clear();
      await working;
    },
  };
}
