// What is asked of people's databases around their own statements.

/**
 * For the transaction alone, as a pooler may give the session to others: so that the server stops
 * what nobody waits for any more. Not every version knows all of them.
 */
export const bounds = (limitMs: number): string => `
  select set_config(known.name, bound.value, true)
  from (values
      ('statement_timeout', '${limitMs}'),
      ('lock_timeout', '5000'),
      ('idle_in_transaction_session_timeout', '${limitMs}'),
      ('client_connection_check_interval', '1000'),
      -- A backslash in a text is a backslash, as \`names.ts\` reads it.
      ('standard_conforming_strings', 'on')
    ) as bound (name, value)
    join pg_catalog.pg_settings known on known.name = bound.name`;

export const beginRead = 'begin transaction read only';
export const beginWrite = 'begin transaction read write';

/** Also takes the snapshot: a transaction that has one cannot be made to write any more. */
export const harmfulFunction = `
  select f.proname as name
  from pg_catalog.pg_proc f
  where f.provolatile = 'v'
    and (f.proname = any($1) or (f.pronargs > 0 and f.proname = any($2)))
    and not (f.pronamespace = 'pg_catalog'::regnamespace and f.proname = any($3))
  order by f.proname
  limit 1`;

/** PostgreSQL takes one SELECT (or VALUES, TABLE) here, without changes in its WITH. */
export const cursorFor = (sql: string): string => `declare answer no scroll cursor for ${sql}`;
export const skip = (rows: number): string => `move forward ${rows} in answer`;
export const take = (rows: number): string => `fetch forward ${rows} from answer`;

/** Without ANALYZE: a plan is made, and nothing done. */
export const planOf = (sql: string): string => `explain (format json, verbose) ${sql}`;
