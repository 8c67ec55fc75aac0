// `millrace restore`: brings an empty database to the backup's schema, fills it and then applies
// what this version adds, all in one transaction: it is restored whole or not at all.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { AppError, type Clock } from '../../base/index.ts';
import { codeOf } from '../connection.ts';
import {
  applyMigration,
  lockAndReadApplied,
  type Migration,
  missingOf,
  readMigrations,
} from '../migrate.ts';
import { openBareStore } from '../open.ts';
import { type ArchiveReader, readArchive } from './archive.ts';
import type { BackupOptions, BackupReport } from './backup.ts';
import { type BackupTable, columnList, portableText, quoted, readTables } from './catalog.ts';

async function refuseUnlessEmpty(client: PoolClient): Promise<void> {
  const applied = await lockAndReadApplied(client);
  const tables = await readTables(client);
  if (applied.length === 0 && tables.length === 0) return;
  throw new AppError('conflict', 'The database to restore into is not empty.', {
    hint: 'Restore into a new data folder (--data), or into a new database of your PostgreSQL.',
  });
}

/** The tables are of the same migrations, so a difference means that the file was tampered with. */
function checkTables(wanted: readonly BackupTable[], found: readonly BackupTable[]): void {
  const known = new Set(found.map((table) => `${table.name}(${columnList(table)})`));
  const strange = wanted.find((table) => !known.has(`${table.name}(${columnList(table)})`));
  if (!strange && wanted.length === found.length) return;
  throw new AppError('unprocessable', 'The tables of the backup are not those of its version.', {
    hint: 'Nothing was restored. Use another copy of it.',
  });
}

/** SQLSTATE classes of values that PostgreSQL cannot read or that break a rule of the table. */
const badContent = /^(22|23)/;

function damaged(error: unknown, table: string): unknown {
  if (!badContent.test(codeOf(error) ?? '')) return error;
  return new AppError('unprocessable', `The backup is damaged in the table ${table}.`, {
    hint: 'Nothing was restored. Use another copy of it.',
    cause: error,
  });
}

async function fillTable(
  client: PoolClient,
  table: BackupTable,
  archive: ArchiveReader,
): Promise<number> {
  const name = quoted(table.name);
  // A trigger has done its work already when the row was first written.
  await client.query(`alter table ${name} disable trigger user`);
  const stream = client.query(copyFrom(`copy ${name} (${columnList(table)}) from stdin`));
  const rows = Readable.from(archive.table(table.name), { objectMode: false });
  await pipeline(rows, stream).catch((error: unknown) => {
    throw damaged(error, table.name);
  });
  await client.query(`alter table ${name} enable trigger user`);
  return stream.rowCount;
}

async function fill(client: PoolClient, archive: ArchiveReader): Promise<BackupReport> {
  const { tables, sequences } = archive.manifest;
  checkTables(tables, await readTables(client));
  // What the migrations put there is in the backup too.
  const names = tables.map(({ name }) => quoted(name)).join(', ');
  if (names !== '') await client.query(`truncate ${names}`);
  const rows: Record<string, number> = {};
  for (const table of tables) rows[table.name] = await fillTable(client, table, archive);
  const expected = await archive.end();
  for (const { name } of tables) {
    if (rows[name] === expected[name]) continue;
    throw new AppError('unprocessable', `The table ${name} came back with rows missing.`, {
      hint: 'Nothing was restored. Use another copy of the backup.',
    });
  }
  for (const { name, lastValue } of sequences) {
    if (lastValue !== null) {
      await client.query('select setval($1::regclass, $2::bigint)', [quoted(name), lastValue]);
    }
  }
  const sum = Object.values(rows).reduce((total, count) => total + count, 0);
  return { tables: tables.length, rows: sum };
}

interface Plan {
  archive: ArchiveReader;
  before: readonly Migration[];
  after: readonly Migration[];
  clock: Clock;
}

async function restoreInto(client: PoolClient, plan: Plan): Promise<BackupReport> {
  const { archive, before, after, clock } = plan;
  await client.query('begin');
  try {
    await client.query(portableText);
    await refuseUnlessEmpty(client);
    for (const migration of before) await applyMigration(client, migration, clock);
    const report = await fill(client, archive);
    for (const migration of after) await applyMigration(client, migration, clock);
    await client.query('commit');
    // Without figures the first plans on a full database would be those for an empty one.
    await client.query('analyze');
    return report;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** See the folder's door. */
export async function restore(options: BackupOptions): Promise<BackupReport> {
  const archive = await readArchive(options.file);
  try {
    const { migrations = readMigrations() } = options;
    const after = missingOf(migrations, archive.manifest.migrations, 'The backup');
    const before = migrations.filter((migration) => !after.includes(migration));
    const store = await openBareStore({ ...options, role: 'server' });
    try {
      const client = await store.db.pool.connect();
      // After a failed COPY the server may cut the connection; the failure itself is reported.
      client.on('error', () => undefined);
      try {
        return await restoreInto(client, { archive, before, after, clock: options.clock });
      } finally {
        client.release(true);
      }
    } finally {
      await store.close();
    }
  } finally {
    archive.close();
  }
}
