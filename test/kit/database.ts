// A migrated database for each test file, cloned from a template in the test cluster, which
// `npm test` starts once; a file that runs alone starts a cluster of its own.
import { after } from 'node:test';
import pg from 'pg';
import { createLog, newSecret, sha256, systemClock } from '../../src/base/index.ts';
import { type Database, openStore, readMigrations } from '../../src/store/index.ts';
import { startTestCluster, type TestCluster } from './cluster.ts';

export interface FreshDatabase {
  url: string;
  db: Database;
  /** Closes `db` and removes the database, whoever else is still connected. */
  drop(): Promise<void>;
}

let own: Promise<TestCluster> | undefined;
let template: Promise<string> | undefined;

after(async () => {
  await (await own)?.stop();
});

/** The test cluster's address. Starts one of this process when the environment names none. */
export async function clusterUrl(): Promise<string> {
  const given = process.env['MILLRACE_TEST_DATABASE_URL'];
  if (given) return given;
  own ??= startTestCluster();
  return (await own).url;
}

/** The same server, another database. */
export function urlOf(clusterAddress: string, database: string): string {
  const url = new URL(clusterAddress);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs statements on one connection, which is closed afterwards. */
export async function administrate(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const log = createLog('warn');
const open = (databaseUrl: string) =>
  openStore({ config: { dataFolder: '', databaseUrl }, log, clock: systemClock });

/** Makes the template once a schema; test files that race queue at an advisory lock. */
async function makeTemplate(cluster: string): Promise<string> {
  const schema = sha256(
    readMigrations()
      .map(({ checksum }) => checksum)
      .join(),
  );
  const name = `millrace_template_${schema.slice(0, 12)}`;
  const client = new pg.Client(cluster);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(15)');
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) {
      await client.query(`create database ${name}_new`);
      const store = await open(urlOf(cluster, `${name}_new`));
      await store.close();
      // Nobody may connect, not even autovacuum: a database in use cannot be cloned.
      await client.query(`alter database ${name}_new allow_connections false`);
      await client.query(`alter database ${name}_new rename to ${name}`);
    }
    return name;
  } finally {
    await client.end();
  }
}

/** A new, empty database: migrated, or without any table when `bare`. */
export async function freshDatabaseUrl({ bare = false } = {}): Promise<string> {
  const cluster = await clusterUrl();
  const from = bare ? 'template0' : await (template ??= makeTemplate(cluster));
  const name = `test_${newSecret(16).toLowerCase()}`;
  // Without a sync to disk, copying files is five times faster than writing them to the log.
  await administrate(cluster, [`create database ${name} template ${from} strategy file_copy`]);
  return urlOf(cluster, name);
}

/** Removes a database of `freshDatabaseUrl`. */
export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await administrate(await clusterUrl(), [`drop database if exists ${name} with (force)`]);
}

export async function freshDatabase(): Promise<FreshDatabase> {
  const url = await freshDatabaseUrl();
  const store = await open(url);
  return {
    url,
    db: store.db,
    async drop() {
      await store.close();
      await dropDatabase(url);
    },
  };
}
