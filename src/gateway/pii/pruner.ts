// Removes the values of tokens after their day, what is left of them after a month, and values of
// people who went away from the memory of this process.
import type { Clock, Log, SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { TokenMap } from './map.ts';
import * as sql from './pii.sql.ts';

const everyMs = 60 * 1000;
const keepMs = 30 * 24 * 60 * 60 * 1000;

export interface PrunerDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  map: TokenMap;
}

export function createPruner({ db, clock, tick, log, map }: PrunerDeps) {
  let stopLooking: (() => Promise<void>) | undefined;

  async function prune(): Promise<void> {
    map.dropIdle();
    const now = clock.now();
    const cleared = await db.run(sql.clearExpired, [now]);
    const deleted = await db.run(sql.deleteExpired, [now - keepMs]);
    await db.run(sql.deleteEmptyOwners, [now - keepMs]);
    if (cleared + deleted > 0) log.debug('pruned pseudonyms', { cleared, deleted });
  }

  return {
    start(): void {
      stopLooking = tick.every({ name: 'pruning pseudonyms', everyMs, look: prune });
    },
    /** Waits for a round that is under way. */
    async stop(): Promise<void> {
      await stopLooking?.();
    },
  };
}
