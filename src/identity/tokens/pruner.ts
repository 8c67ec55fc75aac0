// Deletes what has expired: sessions and set-up links at once, tokens after a month, so that
// their owners still see why something stopped working.
import type { Clock, Log, SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { pruneTokens } from './tokens.sql.ts';

const everyMs = 60 * 60 * 1000;
const keepTokensMs = 30 * 24 * 60 * 60 * 1000;

export interface Pruner {
  start(): void;
  /** Waits for a round that is under way. */
  stop(): Promise<void>;
}

export function createPruner({
  db,
  clock,
  tick,
  log,
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
}): Pruner {
  let stopLooking: (() => Promise<void>) | undefined;

  async function prune(): Promise<void> {
    const now = clock.now();
    const count = await db.run(pruneTokens, [now, now - keepTokensMs]);
    if (count > 0) log.debug('pruned expired tokens', { count });
  }

  return {
    start() {
      stopLooking = tick.every({ name: 'pruning expired tokens', everyMs, look: prune });
    },
    async stop() {
      await stopLooking?.();
    },
  };
}
