// Finds workers that died and gives their running jobs back: to the queue where the script
// allows another run, else as failed. Runs at start, then every ten seconds.
import type { Clock, Log } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import {
  errorResult,
  failOrphans,
  type FlowSteps,
  type JobEvents,
  requeueOrphans,
  selectLostWorkers,
} from '../jobs/index.ts';
import { machineName, startTicks } from './machine.ts';
import { deleteWorkers, selectPings } from './workers.sql.ts';

const everyMs = 10_000;
/** Windmill's figure: without a ping for 30 s a worker counts as dead. */
const deadAfterMs = 30_000;
/** A job that killed this many workers is not tried again. */
const maxAttempts = 3;

interface PingRow {
  worker: string;
  machine: string;
  pid: number;
  processStarted: string;
  pingAt: number;
}

export interface Rescuer {
  start(): Promise<void>;
  stop(): void;
}

export function createRescuer({
  db,
  clock,
  log,
  events,
  flows,
  onRequeued,
}: {
  db: Database;
  clock: Clock;
  log: Log;
  events: JobEvents;
  flows: FlowSteps;
  onRequeued: (tags: string[]) => void;
}): Rescuer {
  const machine = machineName();
  let cancel: (() => void) | undefined;
  let stopped = false;

  function isDead(row: PingRow): boolean {
    if (row.machine === machine) return startTicks(row.pid) !== row.processStarted;
    return clock.now() - row.pingAt > deadAfterMs;
  }

  async function rescue(): Promise<void> {
    const rows = await db.rows<PingRow>(selectPings);
    const lost = await db.rows<{ worker: string }>(selectLostWorkers);
    const dead = [...rows.filter(isDead), ...lost].map((row) => row.worker);
    if (dead.length === 0) return;
    const requeued = await db.rows<{ id: string; tag: string }>(requeueOrphans, [
      dead,
      maxAttempts,
    ]);
    const failed = await db.rows<{ id: string; flow: string | null }>(failOrphans, [
      dead,
      clock.now(),
      errorResult('Canceled', 'The job was canceled.'),
      errorResult('WorkerDied', 'The worker died while the job ran; it is not run again.'),
    ]);
    await db.run(deleteWorkers, [dead]);
    for (const { id, flow } of failed) {
      events.ended(id, undefined);
      events.tellOthers(id);
      if (flow !== null) flows.goOn(flow);
    }
    if (requeued.length > 0) onRequeued([...new Set(requeued.map((row) => row.tag))]);
    log.warn('jobs of dead workers were rescued', {
      workers: dead,
      requeued: requeued.length,
      failed: failed.length,
    });
  }

  async function all(): Promise<void> {
    await rescue();
    await flows.recover();
  }

  function next(): void {
    if (stopped) return;
    cancel = clock.after(everyMs, () => {
      all().then(next, (error: unknown) => {
        log.error('rescuing failed', { error });
        next();
      });
    });
  }

  return {
    async start() {
      await all();
      next();
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
