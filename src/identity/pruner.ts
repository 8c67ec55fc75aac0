// Deletes what has expired: sessions, set-up links and what OAuth keeps at once, tokens after a
// month, so that their owners still see why something stopped working; clients that nobody uses.
import type { Clock, Log, SlowTick } from '../base/index.ts';
import type { Database } from '../store/index.ts';
import { pruneArtifacts, pruneClients, pruneConnections } from './oauth/index.ts';
import { pruneSpent } from './spent.sql.ts';
import { pruneTokens } from './tokens/index.ts';

const everyMs = 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;
const keepTokensMs = 30 * dayMs;
/** Clients that registered themselves: some cannot do so twice, so they are kept for long. */
const keepClientsMs = 180 * dayMs;

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
    const tokens = await db.run(pruneTokens, [now, now - keepTokensMs]);
    const connections = await db.run(pruneConnections, [now]);
    const artifacts = await db.run(pruneArtifacts, [now]);
    await db.run(pruneSpent, [now]);
    const clients = await db.run(pruneClients, [now - keepClientsMs]);
    const count = tokens + connections + artifacts + clients;
    const pruned = { tokens, connections, artifacts, clients };
    if (count > 0) log.debug('pruned expired tokens', pruned);
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
