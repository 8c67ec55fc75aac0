// Deletes jobs after the retention, and erases what scripts want gone after use. In small
// batches, so that nobody waits for it; several processes may do it at a time.
import type { Clock, Log, SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { deleteOldJobs, eraseUsedJobs, selectJobWorkspaces } from './prune.sql.ts';

const eraseEveryMs = 30_000;
const pruneEveryMs = 3_600_000;

export interface Pruner {
  start(): void;
  stop(): Promise<void>;
}

export function createPruner({
  db,
  clock,
  tick,
  log,
  retentionMs,
  forget,
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  retentionMs: number | undefined;
  /** Erases what else holds the words of jobs, from before that time. */
  forget: (before: number) => Promise<void>;
}): Pruner {
  let stopLooking: (() => Promise<void>) | undefined;
  let stopped = false;
  let prunedAt: number | undefined;

  async function erase(): Promise<void> {
    while (!stopped && (await db.rows(eraseUsedJobs, [clock.now()])).length > 0);
  }

  async function prune(before: number): Promise<void> {
    let count = 0;
    for (const { workspace } of await db.rows<{ workspace: string }>(selectJobWorkspaces)) {
      let gone: number;
      do {
        if (stopped) return;
        gone = (await db.rows(deleteOldJobs, [workspace, before])).length;
        count += gone;
      } while (gone > 0);
    }
    if (count > 0) log.info('old jobs were deleted', { count });
  }

  async function work(): Promise<void> {
    await erase();
    const now = clock.now();
    if (retentionMs === undefined) return;
    if (prunedAt !== undefined && now - prunedAt < pruneEveryMs) return;
    prunedAt = now;
    await prune(now - retentionMs);
    if (!stopped) await forget(now - retentionMs);
  }

  return {
    start() {
      stopLooking = tick.every({ name: 'deleting old jobs', everyMs: eraseEveryMs, look: work });
    },
    async stop() {
      stopped = true;
      await stopLooking?.();
    },
  };
}
