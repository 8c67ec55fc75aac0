// Processes that are killed: nothing stays behind, and the next start works.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import pg from 'pg';
import { pidsBelow, temporaryFolder } from '../../../test/kit/folders.ts';
import { startStoreChild } from '../../../test/kit/store-child.ts';
import { AppError, createLog, systemClock } from '../../base/index.ts';
import { openStore, type Store, statement, urlOfSocket } from '../index.ts';
import { findBinaries } from './binaries.ts';
import { chooseConfinement } from './confine.ts';
import { readPostmaster } from './postmaster.ts';

const folder = temporaryFolder();
after(() => folder.remove());

function open(dataFolder: string, hear: (line: string) => void = () => undefined): Promise<Store> {
  return openStore({
    config: { dataFolder, databaseUrl: undefined },
    log: createLog('debug', hear),
    clock: systemClock,
  });
}

const one = statement('crash.one', 'select 1 as one');

test('kill -9 of the server ends its PostgreSQL; the next start finds all', async () => {
  const data = join(folder.path, 'server');
  const server = await startStoreChild({ dataFolder: data });
  const client = new pg.Client(urlOfSocket(join(data, 'run')));
  client.on('error', () => undefined);
  const ended = new Promise((resolve) => client.once('end', resolve));
  await client.connect();
  await client.query('create table note as select generate_series(1, 1000) as id');

  await server.kill9();
  await ended;

  const store = await open(data);
  const count = statement('crash.count', 'select count(*) as count from note');
  assert.deepEqual(await store.db.row(count), { count: 1000 });
  await store.close();
  assert.deepEqual(pidsBelow(data), []);
});

test('kill -9 of PostgreSQL: it starts again; a call meanwhile is unavailable', async () => {
  const data = join(folder.path, 'postmaster');
  let back: () => void;
  const runsAgain = new Promise<void>((resolve) => (back = resolve));
  const store = await open(data, (line) => {
    if (line.includes('PostgreSQL runs again')) back();
  });
  const changes: string[] = [];
  await store.db.listen('crash_change', (payload) => changes.push(payload));
  const { pid = 0 } = readPostmaster(join(data, 'postgres')) ?? {};
  process.kill(pid, 'SIGKILL');
  await assert.rejects(
    store.db.transaction((queries) => untilItFails(queries)),
    (error) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, 'unavailable');
      return true;
    },
  );
  await runsAgain;
  assert.deepEqual(await store.db.row(one), { one: 1 });
  await store.close();
  assert.deepEqual(pidsBelow(data), []);
});

async function untilItFails(queries: { row(of: typeof one): Promise<unknown> }): Promise<never> {
  for (;;) await queries.row(one);
}

test('a PostgreSQL that lost its server unnoticed is ended by the next start', async () => {
  const data = join(folder.path, 'orphan');
  await (await open(data)).close();
  const cluster = join(data, 'postgres');
  const binaries = findBinaries({ copyTo: undefined });
  const { prefix } = await chooseConfinement(cluster);
  const program = [join(binaries.folder, 'postgres'), '-D', cluster, '-k', data];
  const argv = [...prefix, ...program, '-c', 'listen_addresses='];
  const orphan = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  for await (const line of createInterface({ input: orphan.stderr })) {
    if (line.includes('ready to accept connections')) break;
  }
  const ended = once(orphan, 'exit');
  const store = await open(data);
  assert.deepEqual(await ended, [0, null]);
  assert.deepEqual(await store.db.row(one), { one: 1 });
  await store.close();
});

/** A parent that starts `sleep` bound to itself by the watchdog, says its pid, and waits. */
const parent = `
  const { startBound } = await import(${JSON.stringify(import.meta.resolve('./confine.ts'))});
  const child = startBound({ prefix: [] }, ['/bin/sleep', '1000'], {
    output: 1,
    watched: true,
  });
  child.once('exit', (code, signal) => process.stderr.write('ended ' + signal + '\\n'));
  process.stdout.write(child.pid + '\\n');
  setInterval(() => undefined, 1000);`;

async function startParent() {
  const argv = ['--input-type=module', '--eval', parent];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, pid: Number(line) };
}

test('without a parent-death signal a watchdog ends the program with its parent', async () => {
  const { child } = await startParent();
  // The pipe closes when its last holder, the program, is gone.
  const all = Promise.all([once(child, 'exit'), once(child.stdout, 'close')]);
  child.kill('SIGKILL');
  assert.deepEqual((await all)[0], [null, 'SIGKILL']);
});

test('the watchdog leaves with a program that ends by itself', async () => {
  const { child, pid } = await startParent();
  const closed = once(child.stdout, 'close');
  process.kill(pid, 'SIGTERM');
  const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
  assert.equal(line, 'ended SIGTERM');
  child.kill('SIGKILL');
  await closed;
});
