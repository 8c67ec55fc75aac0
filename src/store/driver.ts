// `Database` on the `pg` driver: a pool, named prepared statements, transactions that retry.
// What it listens to and notifies lives in signals.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import type { Log } from '../base/index.ts';
import { codeOf, type Place, unreachable } from './connection.ts';
import type { Database, Queries, Statement } from './database.ts';
import { createSignals } from './signals.ts';

const maxAttempts = 5;
const closeLimitMs = 5_000;
const serializationFailure = '40001';
const deadlock = '40P01';

type Ask = (query: QueryConfig) => Promise<QueryResult>;

function queriesOver(ask: Ask): Queries {
  const query = ({ name, text }: Statement, values: readonly unknown[] = []) =>
    ask({ name, text, values: values as unknown[] });
  return {
    rows: async <Row>(statement: Statement, values?: readonly unknown[]) =>
      (await query(statement, values)).rows as Row[],
    row: async <Row>(statement: Statement, values?: readonly unknown[]) =>
      (await query(statement, values)).rows[0] as Row | undefined,
    run: async (statement, values) => (await query(statement, values)).rowCount ?? 0,
  };
}

/**
 * One query after the other on one connection, whatever the caller awaits: the driver must not be
 * asked twice at a time. After `end()` every use is a bug of the caller and throws.
 */
function inOrder(client: PoolClient): { ask: Ask; end(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  let ended = false;
  return {
    ask(query) {
      if (ended) return Promise.reject(new Error('the transaction has ended'));
      const answer = last.then(() => client.query(query));
      last = answer.catch(() => undefined);
      return answer;
    },
    async end() {
      ended = true;
      await last;
    },
  };
}

async function once<Result>(
  client: PoolClient,
  work: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  await client.query('begin');
  const { ask, end } = inOrder(client);
  try {
    const result = await work(queriesOver(ask));
    await end();
    const { command } = await client.query('commit');
    // PostgreSQL answers a commit after a failed statement with a silent rollback.
    if (command !== 'COMMIT') throw new Error('a statement failed, so nothing was committed');
    return result;
  } catch (error) {
    await end();
    throw error;
  }
}

/** Does `work` again, at most 5 times, while what others did meanwhile undoes it as a whole. */
async function untilItStands<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      const code = codeOf(error);
      const again = code === serializationFailure || code === deadlock;
      if (!again || tried === maxAttempts) throw error;
      await sleep(tried * tried * 3);
    }
  }
}

/** Whole transactions on the pool's connections; see `Database.transaction`. */
function createTransactions(pool: Pool) {
  async function attempt<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> {
    const client = await pool.connect();
    let broken = false;
    const breakIt = (): void => {
      broken = true;
    };
    client.on('error', breakIt);
    try {
      return await once(client, work);
    } catch (error) {
      // A connection that cannot roll back must not return to the pool.
      await client.query('rollback').catch(breakIt);
      throw error;
    } finally {
      client.off('error', breakIt);
      client.release(broken);
    }
  }

  return <Result>(work: (queries: Queries) => Promise<Result>): Promise<Result> =>
    untilItStands(() => attempt(work));
}

export interface DriverOptions {
  place: Place;
  log: Log;
  /** Most connections of the pool; one more is opened for LISTEN and NOTIFY when first used. */
  maxConnections?: number;
}

/** Connects lazily: nothing is sent until the first query. `close` waits 5 s for running ones. */
export async function createDatabase({
  place,
  log,
  maxConnections = 16,
}: DriverOptions): Promise<Database & { pool: Pool }> {
  const { Pool: DriverPool } = (await import('pg')).default;
  const pool = new DriverPool({
    ...place.settings,
    max: maxConnections,
    // A few stay, with their prepared statements; a burst's connections go after a minute.
    min: Math.min(4, maxConnections),
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 30_000,
  });
  const inTransaction = createTransactions(pool);
  const signals = createSignals({ place, log });
  let kysely: Promise<Kysely<unknown>> | undefined;
  let closing: Promise<void> | undefined;
  pool.on('error', (error) => {
    if (!closing) log.warn('an idle database connection broke', { error: error.message });
  });

  /** Lets a caller see the difference between a lost database and a wrong statement. */
  async function told<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      throw unreachable(error, place) ?? error;
    }
  }

  return {
    pool,
    ...queriesOver((query) => told(untilItStands(() => pool.query(query)))),
    transaction: (work) => told(inTransaction(work)),
    kysely<Tables>() {
      kysely ??= import('kysely').then(
        ({ Kysely: Builder, PostgresDialect }) =>
          new Builder<unknown>({ dialect: new PostgresDialect({ pool }) }),
      );
      return kysely as Promise<Kysely<Tables>>;
    },
    listen: signals.listen,
    notify: signals.notify,
    close() {
      closing ??= signals.close().then(async () => {
        // A query that hangs must not keep the process from ending.
        await Promise.race([pool.end(), sleep(closeLimitMs, undefined, { ref: false })]);
      });
      return closing;
    },
  };
}
