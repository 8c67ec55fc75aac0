// Opens the store: the embedded PostgreSQL of a data folder or the one that a URL names, brought
// to this version's schema. The one place that knows both kinds.
import type { Pool } from 'pg';
import { AppError, type Clock, type Config, type Log } from '../base/index.ts';
import { driverTypes, type Place, placeOfUrl, unreachable } from './connection.ts';
import type { Database } from './database.ts';
import { createDatabase } from './driver.ts';
import {
  clusterDatabase,
  clusterUser,
  lockFolder,
  makeFolder,
  runningSocketFolder,
  startCluster,
} from './embedded/index.ts';
import { migrate } from './migrate.ts';

/**
 * What the process is to the embedded database: `server` starts it and is alone on the folder,
 * `worker` uses the one of a running server, `visitor` (a backup) does whichever is possible.
 * Without meaning for a database of one's own, which many processes share anyway.
 */
export type StoreRole = 'server' | 'worker' | 'visitor';

export interface StoreOptions {
  config: Pick<Config, 'dataFolder' | 'databaseUrl'>;
  log: Log;
  clock: Clock;
  /** Default `server`. */
  role?: StoreRole;
}

export interface Store {
  db: Database;
  kind: 'embedded' | 'external';
  /** Lets go of the connections and, for a server, ends the embedded PostgreSQL. */
  close(): Promise<void>;
}

/** A store whose schema may be anything yet: what backup and restore start from. */
export interface BareStore extends Store {
  db: Database & { pool: Pool };
}

const oldestVersion = 150_000;

/** The connection of any process to the embedded database at `socketFolder`. */
async function placeOfSocket(socketFolder: string): Promise<Place> {
  return {
    name: 'the embedded database',
    settings: {
      host: socketFolder,
      port: 5432,
      user: clusterUser,
      database: clusterDatabase,
      ssl: false,
      application_name: 'millrace',
      types: await driverTypes(),
    },
  };
}

/** The address of the embedded database at `socketFolder`, for drivers and tools. */
export function urlOfSocket(socketFolder: string, database: string = clusterDatabase): string {
  return `postgres:///${database}?host=${encodeURIComponent(socketFolder)}&user=${clusterUser}`;
}

/** Asks the first question, so that a wrong address is told now and in one sentence. */
async function checkServer({ pool }: BareStore['db'], place: Place): Promise<void> {
  const question = `select
    current_setting('server_version_num')::integer as version,
    current_setting('server_encoding') as encoding`;
  let answer: { version: number; encoding: string } | undefined;
  try {
    answer = (await pool.query<{ version: number; encoding: string }>(question)).rows[0];
  } catch (error) {
    throw unreachable(error, place) ?? error;
  }
  const { version = 0, encoding = '' } = answer ?? {};
  if (version < oldestVersion) {
    const major = Math.floor(version / 10_000);
    throw new AppError('unavailable', `PostgreSQL ${major} is too old: ${place.name}.`, {
      hint: 'Millrace needs PostgreSQL 15 or later.',
    });
  }
  if (encoding !== 'UTF8') {
    throw new AppError('unavailable', `The encoding is ${encoding}, not UTF8: ${place.name}.`, {
      hint: `Make the database with: create database … encoding 'UTF8' template template0.`,
    });
  }
}

async function openExternal(url: string, log: Log): Promise<BareStore> {
  const place = await placeOfUrl(url);
  const db = await createDatabase({ place, log });
  try {
    await checkServer(db, place);
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, kind: 'external', close: () => db.close() };
}

async function openAsServer(folder: string, log: Log): Promise<BareStore> {
  makeFolder(folder);
  const lock = await lockFolder(folder);
  try {
    // The driver loads while PostgreSQL starts.
    const [cluster] = await Promise.all([startCluster({ folder, log }), import('pg')]);
    const db = await createDatabase({ place: await placeOfSocket(cluster.socketFolder), log });
    return {
      db,
      kind: 'embedded',
      async close() {
        await db.close();
        await cluster.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openAsWorker(folder: string, log: Log): Promise<BareStore> {
  const socketFolder = runningSocketFolder(folder);
  if (socketFolder === undefined) {
    throw new AppError('unavailable', `No Millrace server runs on the data folder ${folder}.`, {
      hint: 'Start one there with `millrace start`, or give MILLRACE_DATABASE_URL the database.',
    });
  }
  const place = await placeOfSocket(socketFolder);
  const db = await createDatabase({ place, log });
  try {
    await checkServer(db, place);
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, kind: 'embedded', close: () => db.close() };
}

/** Opens the store without touching the schema. Errors as `openStore`. */
export async function openBareStore(options: StoreOptions): Promise<BareStore> {
  const { config, log, role = 'server' } = options;
  if (config.databaseUrl !== undefined) return openExternal(config.databaseUrl, log);
  if (role === 'worker') return openAsWorker(config.dataFolder, log);
  try {
    return await openAsServer(config.dataFolder, log);
  } catch (error) {
    const busy = error instanceof AppError && error.code === 'conflict' && error.details?.folder;
    if (role !== 'visitor' || !busy) throw error;
    return openAsWorker(config.dataFolder, log);
  }
}

/**
 * Opens the store and migrates it. Throws, each in one clear sentence: `unavailable` (folder not
 * writable, database unreachable or too old), `conflict` (another server on the folder, a schema
 * of another version), `invalid_input` (the address).
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = await openBareStore(options);
  try {
    await migrate(store.db.pool, options);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}
