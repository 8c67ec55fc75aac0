// A backup and its restore, between databases of both kinds, and everything that may be wrong
// with the file or the target.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { dropDatabase, freshDatabaseUrl } from '../../../test/kit/database.ts';
import { pidsBelow, temporaryFolder } from '../../../test/kit/folders.ts';
import { AppError, createLog, systemClock } from '../../base/index.ts';
import { backup, restore } from '../index.ts';
import { migrate, type Migration, readMigrations } from '../migrate.ts';
import { openBareStore } from '../open.ts';

const log = createLog('error');
const folder = temporaryFolder();
const made: string[] = [];
after(async () => {
  for (const url of made) await dropDatabase(url);
  folder.remove();
});

const steps = [
  `create table team (id bigint generated always as identity primary key, name text not null);
   create sequence ticket;
   create table stamp (number integer);`,
  `-- Refers to a table that comes later in the alphabet.
   create table member (
     team_id bigint not null references team,
     name text,
     initial text generated always as (left(name, 1)) stored,
     photo bytea,
     settings jsonb,
     joined_at timestamptz
   );
   create table log (id integer, day date, text text) partition by list (day);
   create table log_a partition of log for values in ('2026-01-01');
   create table log_b partition of log default;
   insert into stamp values (1);
   create function count_up() returns trigger language plpgsql as
     $$ begin update stamp set number = number + 1; return new; end $$;
   create trigger counted after insert on member for each row execute function count_up();`,
  `alter table team add column color text not null default 'blue';`,
];

function migrationsOf(count: number): Migration[] {
  const path = join(folder.path, `steps-${count}`);
  mkdirSync(path, { recursive: true });
  steps.slice(0, count).forEach((text, index) => {
    writeFileSync(join(path, `000${index + 1}_step.sql`), text);
  });
  return readMigrations(pathToFileURL(`${path}/`));
}

async function bare(): Promise<string> {
  const url = await freshDatabaseUrl({ bare: true });
  made.push(url);
  return url;
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const at = (databaseUrl: string) => ({
  config: { dataFolder: '', databaseUrl },
  log,
  clock: systemClock,
});

const everything = `select
  (select json_agg(row_to_json(team) order by id) from team) as teams,
  (select json_agg(row_to_json(member) order by name) from member) as members,
  (select json_agg(row_to_json(log) order by id) from log) as logs,
  (select json_agg(row_to_json(stamp)) from stamp) as stamps,
  (select count(*) from only log_a) as in_a`;

let source: string;
let file: string;

before(async () => {
  source = await bare();
  file = join(folder.path, 'whole.tgz');
  const pool = new pg.Pool({ connectionString: source });
  await migrate(pool, { clock: systemClock, log, migrations: migrationsOf(2) });
  await pool.query(`
    insert into team (name) values ('mill'), ('race \\ tab\t"quote" é');
    insert into member (team_id, name, photo, settings, joined_at)
      select 1 + n % 2, 'm' || n, '\\x00ff0a5c', '{"n": [1, null]}', 'epoch'
      from generate_series(1, 500) as n;
    insert into member (team_id, name) values (1, null);
    insert into log select n, date '2026-01-01' + n % 2, repeat('x', 10000)
      from generate_series(1, 1000) as n;
    select nextval('ticket'), nextval('ticket')`);
  await pool.end();
  const report = await backup({ ...at(source), file });
  assert.deepEqual(report, { tables: 4, rows: 2 + 501 + 1000 + 1 });
});

test('what is restored equals what was saved, partitions and sequences too', async () => {
  const target = await bare();
  const report = await restore({ ...at(target), file, migrations: migrationsOf(2) });
  assert.deepEqual(report, { tables: 4, rows: 1504 });
  assert.deepEqual(await ask(target, everything), await ask(source, everything));
  assert.deepEqual(await ask(target, `select nextval('ticket')`), [{ nextval: '3' }]);
  const next = `insert into team (name) values ('next') returning id`;
  assert.deepEqual(await ask(target, next), [{ id: '3' }]);
  const fires = `insert into member (team_id) values (1); select number from stamp`;
  await ask(target, fires);
  assert.deepEqual(await ask(target, 'select number from stamp'), [{ number: 503 }]);
});

test('only its owner can read the file, and nothing else is left beside it', () => {
  assert.equal(statSync(file).mode & 0o077, 0);
  assert.ok(!readdirSync(folder.path).some((name) => name.endsWith('.part')));
});

test('a backup of an older Millrace gets the migrations that came since', async () => {
  const target = await bare();
  await restore({ ...at(target), file, migrations: migrationsOf(3) });
  const colors = await ask(target, 'select distinct color from team');
  assert.deepEqual(colors, [{ color: 'blue' }]);
  const { rows } = { rows: await ask(target, 'select number from store_migration order by 1') };
  assert.deepEqual(rows, [{ number: 1 }, { number: 2 }, { number: 3 }]);
});

async function refused(options: Parameters<typeof restore>[0]): Promise<AppError> {
  try {
    await restore(options);
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it was restored' });
}

async function tablesOf(url: string): Promise<unknown[]> {
  return ask(url, `select tablename from pg_tables where schemaname = 'public'`);
}

test('a backup of a newer Millrace is refused before anything is touched', async () => {
  const target = await bare();
  const error = await refused({ ...at(target), file, migrations: migrationsOf(1) });
  assert.equal(error.code, 'conflict');
  assert.match(error.message, /^The backup was made by a newer Millrace/);
  assert.deepEqual(await tablesOf(target), []);
});

test('a file that is cut off, damaged or not ours restores nothing at all', async () => {
  const whole = readFileSync(file);
  const plain = gunzipSync(whole);
  const flipped = Buffer.from(whole);
  flipped.writeUInt8(flipped.readUInt8(whole.length >> 1) ^ 0xff, whole.length >> 1);
  const withoutEnd = plain.subarray(0, plain.lastIndexOf('end.json'));
  const table: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    'not a gzip': Buffer.from('hello'),
    'another tar': gzipSync(Buffer.from('hello')),
    'half of it': whole.subarray(0, whole.length >> 1),
    'all but a byte': whole.subarray(0, whole.length - 1),
    'a flipped byte': flipped,
    'no end': gzipSync(withoutEnd),
    'a row too few': gzipSync(replaced(plain, '"member":501', '"member":502')),
  };
  const target = await bare();
  const bad = join(folder.path, 'bad.tgz');
  for (const [name, bytes] of Object.entries(table)) {
    writeFileSync(bad, bytes);
    const error = await refused({ ...at(target), file: bad, migrations: migrationsOf(2) });
    assert.equal(error.code, 'unprocessable', `${name}: ${error.message}`);
    assert.match(error.hint ?? '', /^Nothing was restored/, name);
    assert.deepEqual(await tablesOf(target), [], name);
  }
});

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const place = bytes.indexOf(from);
  assert.ok(place > 0);
  return Buffer.concat([
    bytes.subarray(0, place),
    Buffer.from(to),
    bytes.subarray(place + from.length),
  ]);
}

test('a database that holds anything is not restored into', async () => {
  const target = await bare();
  await ask(target, 'create table precious (id integer)');
  const error = await refused({ ...at(target), file, migrations: migrationsOf(2) });
  assert.equal(error.code, 'conflict');
  assert.equal(error.message, 'The database to restore into is not empty.');
  assert.deepEqual(await tablesOf(target), [{ tablename: 'precious' }]);
});

test('a file that exists is not overwritten, one that cannot be made is one sentence', async () => {
  await assert.rejects(backup({ ...at(source), file }), { code: 'conflict' });
  const nowhere = join(folder.path, 'no', 'such', 'folder.tgz');
  await assert.rejects(backup({ ...at(source), file: nowhere }), {
    code: 'unavailable',
    message: `Cannot use the file ${nowhere}: it or its folder does not exist.`,
  });
  const missing = join(folder.path, 'missing.tgz');
  const error = await refused({ ...at(source), file: missing });
  assert.equal(error.message, `Cannot use the file ${missing}: it or its folder does not exist.`);
});

test('from the embedded database of a running server to a new data folder', async () => {
  const embedded = (name: string) => ({
    config: { dataFolder: join(folder.path, name), databaseUrl: undefined },
    log,
    clock: systemClock,
    migrations: migrationsOf(1),
  });
  const running = await openBareStore(embedded('first'));
  await migrate(running.db.pool, embedded('first'));
  await running.db.pool.query(`insert into team (name) values ('embedded')`);
  const saved = join(folder.path, 'embedded.tgz');
  const report = await backup({ ...embedded('first'), file: saved });
  assert.deepEqual(report, { tables: 2, rows: 1 });
  assert.equal((await refused({ ...embedded('first'), file: saved })).code, 'conflict');
  await running.close();

  await restore({ ...embedded('second'), file: saved });
  const restored = await openBareStore(embedded('second'));
  const { rows } = await restored.db.pool.query('select name from team');
  assert.deepEqual(rows, [{ name: 'embedded' }]);
  await restored.close();
  assert.deepEqual(pidsBelow(folder.path), []);
});
