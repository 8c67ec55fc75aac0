// Finds workers that died and gives their running jobs back: to the queue where the script
// allows another run, else as failed. Runs at start, then at every slow beat.
import { type Clock, type Log, type SlowTick, slowTickMs } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Homes } from '../homes/index.ts';
import { type FlowSteps, type JobEvents, orphanStatements } from '../jobs/index.ts';
import type { WorkflowSteps } from '../workflows/index.ts';
import type { GiveBack } from './give-back.ts';
import { machineName, startTicks } from './machine.ts';
import { selectPings } from './workers.sql.ts';

/** Windmill's figure: without a ping for 30 s a worker counts as dead. */
const deadAfterMs = 30_000;
interface PingRow {
  worker: string;
  machine: string;
  pid: number;
  processStarted: string;
  pingAt: number;
}

export interface Rescuer {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createRescuer({
  db,
  clock,
  tick,
  log,
  flows,
  workflows,
  giveBack,
  homes,
  events,
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  flows: Pick<FlowSteps, 'recover' | 'goOn'>;
  workflows: Pick<WorkflowSteps, 'recover'>;
  giveBack: GiveBack;
  homes: Pick<Homes, 'failLost' | 'forget'>;
  events: Pick<JobEvents, 'settled'>;
}): Rescuer {
  const machine = machineName();
  let stopLooking: (() => Promise<void>) | undefined;

  function isDead(row: PingRow): boolean {
    if (row.machine === machine) return startTicks(row.pid) !== row.processStarted;
    return clock.now() - row.pingAt > deadAfterMs;
  }

  async function rescue(): Promise<void> {
    const rows = await db.rows<PingRow>(selectPings);
    const lost = await db.rows<{ worker: string }>(orphanStatements.lostWorkers);
    const dead = [...rows.filter(isDead), ...lost].map((row) => row.worker);
    if (dead.length === 0) return;
    const { requeued, failed } = await giveBack(dead, { died: true });
    log.warn('jobs of dead workers were rescued', {
      workers: dead,
      requeued,
      failed,
    });
  }

  /** Steps whose shared folder went with its worker: nobody else may run them. */
  async function failLost(): Promise<void> {
    const failed = await homes.failLost();
    for (const { id, flow } of failed) {
      events.settled(id);
      if (flow !== null) flows.goOn(flow);
    }
    await homes.forget([]);
  }

  async function all(): Promise<void> {
    await rescue();
    await failLost();
    await flows.recover();
    await workflows.recover();
  }

  return {
    async start() {
      await all();
      stopLooking = tick.every({ name: 'rescuing', everyMs: slowTickMs, look: all });
    },
    async stop() {
      await stopLooking?.();
    },
  };
}
