// Brings a database to the schema of this version: numbered SQL files, each in one transaction
// (on an empty database all in one), each checked against what was applied. Processes that race
// queue at an advisory lock.
import { readdirSync, readFileSync } from 'node:fs';
import type { Pool, PoolClient } from 'pg';
import { AppError, type Clock, type Log, sha256, version } from '../base/index.ts';
import { codeOf } from './connection.ts';

export interface Migration {
  readonly number: number;
  /** The file's name without `.sql`, such as `0001_operation_audit`. */
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** A row of `store_migration`. */
export interface AppliedMigration {
  number: number;
  name: string;
  checksum: string;
  /** The Millrace that applied it. */
  version: string;
}

/** Any number; the same in every version, or two versions could migrate at once. */
const migrationLock = 7_236_542_210;
const undefinedTable = '42P01';
const insufficientPrivilege = '42501';

const createMigrationTable = `
  create table if not exists store_migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    version text not null,
    applied_at bigint not null
  )`;

export const listApplied = `
  select number, name, checksum, version
  from store_migration
  order by number`;

const insertApplied = `
  insert into store_migration (number, name, checksum, version, applied_at)
  values ($1, $2, $3, $4, $5)`;

/** The migrations of this version, in order. */
export function readMigrations(
  folder: URL = new URL('./migrations/', import.meta.url),
): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}_[a-z0-9_]+\.sql$/.test(file))
    .toSorted()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), 'utf8').replaceAll('\r\n', '\n');
      const name = file.slice(0, -'.sql'.length);
      return { number: Number(name.slice(0, 4)), name, sql, checksum: sha256(sql) };
    });
}

/**
 * What is still to be applied. Throws `conflict` when `subject` (the database, or a backup) has a
 * schema that is not of this version or an earlier one.
 */
export function missingOf(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
  subject = 'The database',
): Migration[] {
  const own = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, name, checksum, version: appliedBy } of applied) {
    const migration = own.get(number);
    if (!migration) {
      throw new AppError(
        'conflict',
        `${subject} was made by a newer Millrace (${appliedBy}); this one is ${version}.`,
        { hint: `Start Millrace ${appliedBy} or later; there is no way back to an older one.` },
      );
    }
    if (migration.checksum !== checksum) {
      throw new AppError(
        'conflict',
        `${subject} has another migration ${name} than this Millrace.`,
        {
          hint: 'A released migration never changes: install a released version, or start over.',
        },
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return migrations.filter(({ number }) => !done.has(number));
}

/** Applies one migration inside the caller's transaction. */
export async function applyMigration(
  client: PoolClient,
  migration: Migration,
  clock: Clock,
): Promise<void> {
  const { number, name, sql, checksum } = migration;
  try {
    await client.query(sql);
  } catch (error) {
    throw new Error(`migration ${name} failed`, { cause: error });
  }
  await client.query(insertApplied, [number, name, checksum, version, clock.now()]);
}

/** In the caller's transaction: waits for other migrating processes, then reads what is there. */
export async function lockAndReadApplied(client: PoolClient): Promise<AppliedMigration[]> {
  await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
  await client.query(createMigrationTable);
  return (await client.query<AppliedMigration>(listApplied)).rows;
}

/** The next one; on an empty database all, because each commit waits for the disk. */
async function applyNext(
  client: PoolClient,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<readonly Migration[]> {
  await client.query('begin');
  try {
    const applied = await lockAndReadApplied(client);
    const missing = missingOf(migrations, applied);
    const next = applied.length === 0 ? missing : missing.slice(0, 1);
    for (const migration of next) await applyMigration(client, migration, clock);
    await client.query('commit');
    return next;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Since PostgreSQL 15 an account may create tables only where it was allowed to. */
function mayNotCreate(error: unknown): AppError | undefined {
  if (codeOf(error) !== insufficientPrivilege) return undefined;
  return new AppError('unavailable', 'The database account may not create tables.', {
    hint: 'Make it the owner of the database: alter database … owner to …',
    cause: error,
  });
}

export interface MigrateOptions {
  clock: Clock;
  log: Log;
  migrations?: readonly Migration[];
}

/** Applies what is missing; one query when nothing is. Throws `conflict` on a foreign schema. */
export async function migrate(
  pool: Pool,
  { clock, log, migrations = readMigrations() }: MigrateOptions,
): Promise<void> {
  try {
    const { rows } = await pool.query<AppliedMigration>(listApplied);
    if (missingOf(migrations, rows).length === 0) return;
  } catch (error) {
    if (codeOf(error) !== undefinedTable) throw error;
  }
  const client = await pool.connect();
  try {
    for (;;) {
      const applied = await applyNext(client, migrations, clock);
      if (applied.length === 0) return;
      log.debug('migrated the database', { migrations: applied.map(({ name }) => name) });
    }
  } catch (error) {
    throw mayNotCreate(error) ?? error;
  } finally {
    client.release();
  }
}
