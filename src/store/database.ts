// The one way to the database: named prepared statements, transactions, LISTEN and NOTIFY.
// Times are epoch milliseconds in `bigint` columns and arrive as numbers.
import type { Kysely } from 'kysely';

/**
 * A statement that is prepared once per connection under its name (27 µs of client CPU a query
 * against 41 unprepared). Build it with `statement` in a `*.sql.ts` file.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export interface Queries {
  /** All rows. Driver errors come through as they are (`code` holds the SQLSTATE). */
  rows<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** The first row, or undefined. */
  row<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row | undefined>;
  /** The number of rows changed. */
  run(statement: Statement, values?: readonly unknown[]): Promise<number>;
}

/**
 * A statement of its own is a whole transaction: it is tried again as one is. A row that moved to
 * another partition meanwhile (a job that ended) is 40001 too, and the second look finds it there.
 */
export interface Database extends Queries {
  /** Runs `work` in one transaction; retries it whole, at most 5 times, on 40001 and 40P01. */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  /**
   * For lists with dynamic filters only: loaded on first use (130 ms), 64 µs a query. Each folder
   * names its own tables in `Tables`, and no others.
   */
  kysely<Tables>(): Promise<Kysely<Tables>>;
  /**
   * Hears `channel` on a connection of its own (one for all channels), re-connecting for ever.
   * `hear` also gets '' after a re-connect, because notifications may have been missed.
   * Returns the function that stops listening.
   */
  listen(channel: string, hear: (payload: string) => void): Promise<() => void>;
  /**
   * Sends a hint to other processes; payloads of one tick are sent together. Never fails a caller,
   * and is not heard by this `Database`.
   */
  notify(channel: string, payload: string): void;
  close(): Promise<void>;
}

/** Declares a statement; `name` is the file's feature and the verb, such as `job.claim`. */
export function statement(name: string, text: string): Statement {
  return { name, text };
}
