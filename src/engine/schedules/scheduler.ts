// Fires the ticks that are due: one commit claims the tick, stores the next one and the run, so
// that no tick fires twice, whoever else looks at it or dies. Wakes at the next tick and on
// signals; the slow beat is the floor under a missed one.
import { AppError, type Clock, type Log, messageOf, type SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { createQueue } from '../jobs/index.ts';
import { readCron } from './cron.ts';
import type { SchedulePushes } from './pushes.ts';
import type { ScheduleRow } from './schedule.ts';
import { fireTick, selectDue, selectNextTick } from './schedules.sql.ts';

const channel = 'engine_schedules';
const lookEveryMs = 30_000;
/** A tick that is due later is seen by a beat before. */
const soonMs = 2 * lookEveryMs;
const retryMs = 1000;

export interface SchedulerDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  queue: Pick<ReturnType<typeof createQueue>, 'rowOf' | 'stored'>;
  pushes: Pick<SchedulePushes, 'run' | 'failed'>;
  /** A run of a schedule stands, over from the start or not. */
  onRun: (jobId: string, over: boolean) => void;
}

export interface Scheduler {
  /** Ticks have changed: look again, here and in other processes. */
  changed(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Fired {
  claimed: boolean;
  started: boolean;
}

function sentenceOf({ message, hint }: AppError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}

/** Fires one tick, unless somebody else has. */
async function fire(deps: SchedulerDeps, schedule: ScheduleRow): Promise<void> {
  const { db, clock, queue, pushes, log } = deps;
  const { workspaceId: workspace, path, rev, options } = schedule;
  const tickAt = schedule.nextAt ?? clock.now();
  let error: string | null = null;
  let nextAt: number | null = null;
  // What was missed while nobody looked is this one run: the next tick lies ahead.
  const after = Math.max(clock.now(), tickAt);
  const push = await (async () => {
    const { schedule: cron, timezone } = schedule;
    const ticks = readCron({ schedule: cron, timezone, cronVersion: options.cronVersion });
    nextAt = ticks.next(after) ?? null;
    return pushes.run(schedule, tickAt);
  })().catch((reason: unknown) => {
    if (!(reason instanceof AppError)) throw reason;
    error = sentenceOf(reason);
    return pushes.failed(schedule, { tickAt, message: error });
  });
  const row = queue.rowOf(push);
  const fired = await db.row<Fired>(fireTick, [
    workspace,
    path,
    schedule.nextAt,
    rev,
    nextAt,
    error,
    JSON.stringify([row]),
    options.noFlowOverlap === true,
  ]);
  if (fired?.started) {
    deps.onRun(row.id, row.finished === true);
    queue.stored(row);
  } else if (fired?.claimed) {
    log.debug('a tick was skipped: an earlier run is not over', { workspace, path });
  }
}

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { db, clock, tick, log } = deps;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = true;
  let cancel: (() => void) | undefined;
  let stopListening: (() => void) | undefined;
  let stopLooking: (() => Promise<void>) | undefined;

  /** Resolves with the milliseconds until the next tick is due. */
  async function look(): Promise<number> {
    const due = await db.rows<ScheduleRow>(selectDue, [clock.now()]);
    let failed = false;
    for (const schedule of due) {
      if (stopped) return 0;
      try {
        await fire(deps, schedule);
      } catch (error) {
        failed = true;
        const { workspaceId, path } = schedule;
        log.error('a schedule could not fire', { workspace: workspaceId, path, error });
      }
    }
    const next = await db.row<{ nextAt: number }>(selectNextTick);
    const waitMs = (next?.nextAt ?? Number.POSITIVE_INFINITY) - clock.now();
    return failed ? retryMs : Math.max(0, waitMs);
  }

  function wake(): void {
    if (stopped) return;
    if (looking) {
      again = true;
      return;
    }
    cancel?.();
    looking = look()
      .catch((error: unknown) => {
        log.error('looking for due schedules failed', { message: messageOf(error) });
        return retryMs;
      })
      .then((waitMs) => {
        looking = undefined;
        if (stopped) return;
        if (again) {
          again = false;
          wake();
        } else if (waitMs < soonMs) {
          cancel = clock.after(waitMs, wake);
        }
      });
  }

  return {
    changed() {
      wake();
      db.notify(channel, '');
    },
    async start() {
      stopped = false;
      stopListening = await db.listen(channel, wake);
      stopLooking = tick.every({ name: 'schedules', everyMs: lookEveryMs, look: wake });
      wake();
    },
    async stop() {
      stopped = true;
      cancel?.();
      stopListening?.();
      await stopLooking?.();
      await looking;
    },
  };
}
