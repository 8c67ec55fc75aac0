// Deletes the bytes that belong to no file any more, and those of uploads that never ended: an hour
// after, so that whoever reads them reads to the end. Several processes may do it at a time.
import type { Clock, SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { deleteDoomed } from './storage.sql.ts';

const everyMs = 600_000;

export function createStoragePruner({
  db,
  clock,
  tick,
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
}) {
  let stopLooking: (() => Promise<void>) | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    while (!stopped && (await db.rows(deleteDoomed, [clock.now()])).length > 0);
  }

  return {
    start(): void {
      stopLooking = tick.every({ name: 'deleting bytes of no file', everyMs, look });
    },
    async stop(): Promise<void> {
      stopped = true;
      await stopLooking?.();
    },
  };
}
