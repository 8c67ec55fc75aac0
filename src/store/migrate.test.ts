// Migrations: in order, once each, whole or not at all, and refused when they are not ours.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { dropDatabase, freshDatabaseUrl } from '../../test/kit/database.ts';
import { temporaryFolder } from '../../test/kit/folders.ts';
import { startStoreChild } from '../../test/kit/store-child.ts';
import { AppError, createLog, systemClock, version } from '../base/index.ts';
import { openStore } from './index.ts';
import { migrate, type Migration, readMigrations } from './migrate.ts';

const log = createLog('error');
const folder = temporaryFolder();
const opened: { url: string; pool: pg.Pool }[] = [];
let url: string;
let pool: pg.Pool;

beforeEach(async () => {
  url = await freshDatabaseUrl({ bare: true });
  pool = new pg.Pool({ connectionString: url });
  // Its last connection may still be closing when the database is dropped.
  pool.on('error', () => undefined);
  opened.push({ url, pool });
});
after(async () => {
  folder.remove();
  for (const entry of opened) {
    await entry.pool.end();
    await dropDatabase(entry.url);
  }
});

/** Migrations 1, 2, … of these texts, read from files as the real ones are. */
function migrationsOf(...texts: string[]): Migration[] {
  const path = join(folder.path, String(opened.length), String(texts.length));
  mkdirSync(path, { recursive: true });
  texts.forEach((text, index) => writeFileSync(join(path, `000${index + 1}_step.sql`), text));
  return readMigrations(pathToFileURL(`${path}/`));
}

const run = (migrations: readonly Migration[]) =>
  migrate(pool, { clock: systemClock, log, migrations });

async function appliedNumbers(): Promise<unknown[]> {
  const { rows } = await pool.query('select number from store_migration order by number');
  return rows.map((row: { number: number }) => row.number);
}

const open = () =>
  openStore({ config: { dataFolder: '', databaseUrl: url }, log, clock: systemClock });

async function refusal(): Promise<AppError> {
  try {
    await (await open()).close();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'the store opened' });
}

test('two processes that start at once both serve, and each step ran once', async () => {
  const dataFolder = folder.path;
  const both = await Promise.all(
    [1, 2].map(() => startStoreChild({ dataFolder, databaseUrl: url })),
  );
  const answers = both.map((child) => child.answer);
  await Promise.all(both.map((child) => child.stop()));
  assert.deepEqual(answers, [{ opened: true }, { opened: true }]);
  const expected = readMigrations().map(({ number }) => number);
  assert.deepEqual(await appliedNumbers(), expected);
});

test('steps run in order, later ones at a later start, each recorded', async () => {
  const create = 'create table step (number integer);\ninsert into step values (1);';
  await run(migrationsOf(create));
  await run(migrationsOf(create, 'insert into step values (2);'));
  const steps = await pool.query('select number from step order by number');
  assert.deepEqual(steps.rows, [{ number: 1 }, { number: 2 }]);
  const rows = await pool.query('select number, name, version from store_migration');
  assert.deepEqual(rows.rows, [
    { number: 1, name: '0001_step', version },
    { number: 2, name: '0002_step', version },
  ]);
});

test('when all is applied a start asks one question and changes nothing', async () => {
  const migrations = migrationsOf('create table step (number integer)');
  await run(migrations);
  const asked: string[] = [];
  const { query } = pool;
  pool.query = function watched(this: pg.Pool, ...given: unknown[]) {
    asked.push(String(given[0]));
    return Reflect.apply(query, this, given) as unknown;
  } as typeof pool.query;
  await run(migrations);
  assert.equal(asked.length, 1);
  assert.match(asked[0] ?? '', /from store_migration/);
});

test('a step that fails leaves nothing of itself and keeps what came before', async () => {
  const good = 'create table kept (number integer);';
  const bad = 'create table gone (number integer);\nselect 1 / 0;';
  await run(migrationsOf(good));
  await assert.rejects(run(migrationsOf(good, bad)), (error: Error) => {
    assert.equal(error.message, 'migration 0002_step failed');
    assert.match(String(error.cause), /division by zero/);
    return true;
  });
  assert.deepEqual(await appliedNumbers(), [1]);
  const { rows } = await pool.query(
    `select to_regclass('kept') as kept, to_regclass('gone') as gone`,
  );
  assert.deepEqual(rows, [{ kept: 'kept', gone: null }]);
  await run(migrationsOf(good, 'create table gone (number integer);'));
});

test('an empty database gets all steps or none', async () => {
  const good = 'create table kept (number integer);';
  await assert.rejects(run(migrationsOf(good, 'select 1 / 0;')), /migration 0002_step failed/);
  const { rows } = await pool.query(
    `select to_regclass('kept') as kept, to_regclass('store_migration') as steps`,
  );
  assert.deepEqual(rows, [{ kept: null, steps: null }]);
  await run(migrationsOf(good, 'create table too (number integer);'));
  assert.deepEqual(await appliedNumbers(), [1, 2]);
});

test('line ends do not make another migration', () => {
  const [unix] = migrationsOf('select 1;\nselect 2;\n');
  const [windows] = migrationsOf('select 1;\r\nselect 2;\r\n');
  assert.equal(windows?.checksum, unix?.checksum);
});

test('a migration that was changed after it was applied stops the start', async () => {
  await (await open()).close();
  await pool.query(`update store_migration set checksum = 'other' where number = 1`);
  const error = await refusal();
  assert.equal(error.code, 'conflict');
  assert.match(error.message, /^The database has another migration 0001_\w+ than this Millrace\.$/);
});

test('a database of a newer Millrace is refused and says which one it needs', async () => {
  await (await open()).close();
  await pool.query(
    `insert into store_migration (number, name, checksum, version, applied_at)
     values (9999, '9999_future', 'x', '99.1.0', 0)`,
  );
  const error = await refusal();
  assert.equal(error.code, 'conflict');
  assert.equal(
    error.message,
    `The database was made by a newer Millrace (99.1.0); this one is ${version}.`,
  );
  assert.match(error.hint ?? '', /^Start Millrace 99\.1\.0 or later/);
});
