// `millrace backup`: one consistent snapshot of every table into one file, while the server runs.
import type { PoolClient } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { version } from '../../base/index.ts';
import { type AppliedMigration, listApplied, type Migration } from '../migrate.ts';
import { type BareStore, openBareStore, type StoreOptions } from '../open.ts';
import { type ArchiveWriter, writeArchive } from './archive.ts';
import { columnList, portableText, quoted, readSequences, readTables } from './catalog.ts';

export interface BackupOptions extends Omit<StoreOptions, 'role'> {
  /** Where the archive goes, or comes from. */
  file: string;
  /** What a restore brings the database to; default: those of this version. */
  migrations?: readonly Migration[];
}

export interface BackupReport {
  tables: number;
  rows: number;
}

type Table = Awaited<ReturnType<typeof readTables>>[number];

async function copyTable(
  client: PoolClient,
  table: Table,
  archive: ArchiveWriter,
): Promise<number> {
  // Of a query, because only that reads a partitioned table before PostgreSQL 18.
  const text = `copy (select ${columnList(table)} from ${quoted(table.name)}) to stdout`;
  const stream = client.query(copyTo(text));
  await archive.table(table.name, stream as AsyncIterable<Buffer>, () => stream.rowCount);
  return stream.rowCount;
}

async function copyAll(client: PoolClient, { file, clock }: BackupOptions): Promise<BackupReport> {
  await client.query('begin isolation level repeatable read read only');
  await client.query(portableText);
  const tables = await readTables(client);
  const archive = await writeArchive(file, {
    version,
    createdAt: clock.now(),
    migrations: (await client.query<AppliedMigration>(listApplied)).rows,
    tables,
    sequences: await readSequences(client),
  });
  try {
    let rows = 0;
    for (const table of tables) rows += await copyTable(client, table, archive);
    await archive.finish();
    await client.query('commit');
    return { tables: tables.length, rows };
  } catch (error) {
    await archive.abandon();
    throw error;
  }
}

async function backupOf(store: BareStore, options: BackupOptions): Promise<BackupReport> {
  const client = await store.db.pool.connect();
  // A connection that breaks fails the COPY, which is reported.
  client.on('error', () => undefined);
  let failure: Error | undefined;
  try {
    return await copyAll(client, options);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection in the middle of a COPY is of no further use.
    client.release(failure);
  }
}

/** See the folder's door. */
export async function backup(options: BackupOptions): Promise<BackupReport> {
  const store = await openBareStore({ ...options, role: 'visitor' });
  try {
    return await backupOf(store, options);
  } finally {
    await store.close();
  }
}
