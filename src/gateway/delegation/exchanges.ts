// The attempts to exchange: one row each, whose id the caller was told, kept for 90 days; and what
// else of exchanges goes when its time is over.
import type { Clock, Log, SlowTick } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './tokens.sql.ts';

export interface ShownExchange {
  id: string;
  at: number;
  clientId: string | null;
  instance: string | null;
  jobId: string | null;
  actor: string | null;
  subject: string | null;
  scope: string | null;
  reasonCode: string | null;
}

/** What is noted of one. */
export interface NewExchange extends Omit<ShownExchange, 'at'> {
  workspace: string | null;
}

const keepMs = 90 * 24 * 60 * 60 * 1000;
const everyMs = 10 * 60 * 1000;

export type Exchanges = ReturnType<typeof createExchanges>;

export function createExchanges({
  db,
  clock,
  tick,
  log,
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
}) {
  let stopLooking: (() => Promise<void>) | undefined;

  async function prune(): Promise<void> {
    const now = clock.now();
    const tokens = await db.run(sql.pruneTokens, [now]);
    const nonces = await db.run(sql.pruneNonces, [now]);
    const rows = await db.run(sql.pruneExchanges, [now - keepMs]);
    if (tokens + nonces + rows > 0) log.debug('pruned exchanges', { tokens, nonces, rows });
  }

  return {
    async note(one: NewExchange): Promise<void> {
      const { id, workspace, clientId, instance, jobId, actor, subject, scope, reasonCode } = one;
      const who = [clientId, instance, jobId, actor, subject, scope, reasonCode];
      await db.run(sql.insertExchange, [id, workspace, clock.now(), ...who]);
    },

    list: (
      call: Call,
      said: { reasonCode?: string | undefined; page: number; perPage: number },
    ): Promise<ShownExchange[]> => {
      const { reasonCode = null, page, perPage } = said;
      const values = [workspaceOf(call), reasonCode, perPage, (page - 1) * perPage];
      return db.rows<ShownExchange>(sql.selectExchanges, values);
    },

    start(): void {
      stopLooking = tick.every({ name: 'pruning exchanges', everyMs, look: prune });
    },
    stop: async (): Promise<void> => stopLooking?.(),
  };
}
