// Deletes what has expired: sessions and set-up links at once, tokens after a month, so that
// their owners still see why something stopped working.
import type { Clock, Log } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { pruneTokens } from './tokens.sql.ts';

const everyMs = 60 * 60 * 1000;
const keepTokensMs = 30 * 24 * 60 * 60 * 1000;

export interface Pruner {
  start(): void;
  /** Waits for a round that is under way. */
  stop(): Promise<void>;
}

export function createPruner({ db, clock, log }: { db: Database; clock: Clock; log: Log }): Pruner {
  let cancel: (() => void) | undefined;
  let round: Promise<void> = Promise.resolve();

  async function prune(): Promise<void> {
    try {
      const now = clock.now();
      const count = await db.run(pruneTokens, [now, now - keepTokensMs]);
      if (count > 0) log.debug('pruned expired tokens', { count });
    } catch (error) {
      log.warn('expired tokens could not be pruned', { error });
    }
  }

  function schedule(): void {
    cancel = clock.after(everyMs, () => {
      round = prune();
      schedule();
    });
  }

  return {
    start: schedule,
    async stop() {
      cancel?.();
      cancel = undefined;
      await round;
    },
  };
}
