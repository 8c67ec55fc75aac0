// The embedded database of a data folder: who may open it, when, and what it says if not.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pidsBelow, temporaryFolder } from '../../../test/kit/folders.ts';
import { startStoreChild } from '../../../test/kit/store-child.ts';
import { AppError, createLog, systemClock } from '../../base/index.ts';
import { openStore, type Store, type StoreRole, statement } from '../index.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const lines: string[] = [];
const log = createLog('debug', (line) => lines.push(line));

function open(dataFolder: string, role: StoreRole = 'server'): Promise<Store> {
  return openStore({
    config: { dataFolder, databaseUrl: undefined },
    log,
    clock: systemClock,
    role,
  });
}

const make = statement('embedded.make', 'create table note (content text)');
const add = statement('embedded.add', 'insert into note (content) values ($1)');
const list = statement('embedded.list', 'select content from note order by content');

async function refusal(opening: Promise<Store>): Promise<AppError> {
  try {
    await (await opening).close();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'the store opened' });
}

test('what was written is there after a restart, and nothing runs in between', async () => {
  const data = join(folder.path, 'restart');
  const first = await open(data);
  await first.db.run(make);
  await first.db.run(add, ['kept']);
  await first.close();
  assert.deepEqual(pidsBelow(data), []);

  const second = await open(data);
  assert.deepEqual(await second.db.rows(list), [{ content: 'kept' }]);
  assert.equal(second.kind, 'embedded');
  await second.close();
  assert.deepEqual(pidsBelow(data), []);
});

test('only this user can reach the data folder and the socket, and no port is open', async () => {
  const data = join(folder.path, 'private');
  const store = await open(data);
  assert.equal(statSync(data).mode & 0o077, 0);
  assert.equal(statSync(join(data, 'run')).mode & 0o077, 0);
  const question = statement('embedded.listen', 'show listen_addresses');
  assert.deepEqual(await store.db.row(question), { listen_addresses: '' });
  await store.close();
});

test('a second server on the folder is refused with the pid of the first', async () => {
  const data = join(folder.path, 'twice');
  const first = await startStoreChild({ dataFolder: data });
  assert.deepEqual(first.answer, { opened: true });

  const error = await refusal(open(data));
  assert.equal(error.code, 'conflict');
  assert.equal(error.message, `The data folder ${data} is in use by process ${first.pid}.`);
  assert.match(error.hint ?? '', /Stop that server first/);

  assert.equal(await first.stop(), 0);
  const second = await open(data);
  await second.close();
});

test('of two servers that start at once exactly one gets the folder', async () => {
  const data = join(folder.path, 'race');
  const both = await Promise.all([1, 2].map(() => startStoreChild({ dataFolder: data })));
  const opened = both.filter(({ answer }) => answer.opened).length;
  await Promise.all(both.map((child) => child.stop()));
  assert.equal(opened, 1);
});

test('a worker and a visitor share the database of a running server', async () => {
  const data = join(folder.path, 'shared');
  const server = await open(data);
  await server.db.run(make);
  for (const role of ['worker', 'visitor'] as const) {
    const store = await open(data, role);
    await store.db.run(add, [role]);
    await store.close();
  }
  assert.deepEqual(await server.db.rows(list), [{ content: 'visitor' }, { content: 'worker' }]);
  await server.close();

  const error = await refusal(open(data, 'worker'));
  assert.equal(error.code, 'unavailable');
  assert.equal(error.message, `No Millrace server runs on the data folder ${data}.`);
});

test('the pid of another program in a file left behind is no hindrance', async () => {
  const data = join(folder.path, 'stale');
  const pidFile = join(data, 'postgres', 'postmaster.pid');
  const first = await open(data);
  const left = readFileSync(pidFile, 'utf8').split('\n');
  await first.close();

  // As after a power cut: the pid lives again, as somebody else's.
  writeFileSync(pidFile, [process.pid, ...left.slice(1)].join('\n'), { mode: 0o600 });
  writeFileSync(join(data, 'millrace.lock'), `${process.pid}\n`);
  const second = await open(data);
  await second.close();
});

test('a half-made cluster of a killed first start is made anew', async () => {
  const data = join(folder.path, 'half');
  mkdirSync(join(data, 'postgres.new'), { recursive: true });
  writeFileSync(join(data, 'postgres.new', 'PG_VERSION'), '18\n');
  const store = await open(data);
  await store.close();
});

test('a path too long for a socket serves too, and leaves nothing elsewhere', async () => {
  const data = join(folder.path, 'x'.repeat(100), 'with space, comma', 'é'.repeat(20));
  const store = await open(data);
  const question = statement('embedded.socket', 'show unix_socket_directories');
  const { unix_socket_directories: shown = '' } =
    (await store.db.row<{ unix_socket_directories: string }>(question)) ?? {};
  const socket = shown.replaceAll('"', '');
  assert.ok(socket.length < 90, socket);
  assert.equal(statSync(socket).mode & 0o077, 0);
  const worker = await open(data, 'worker');
  await worker.close();
  await store.close();
  assert.throws(() => statSync(socket), { code: 'ENOENT' });
});

test('a data folder that is a file, or lies below one, is one clear sentence', async () => {
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  for (const data of [file, join(file, 'below')]) {
    const error = await refusal(open(data));
    assert.equal(error.code, 'unavailable');
    assert.match(
      error.message,
      /^Cannot use the data folder .*: (it is|part of the path is) a file\.$/,
    );
    assert.match(error.hint ?? '', /--data or MILLRACE_DATA/);
  }
});

test('a cluster of another PostgreSQL is refused, not touched', async () => {
  const data = join(folder.path, 'version');
  await (await open(data)).close();
  const versionFile = join(data, 'postgres', 'PG_VERSION');
  writeFileSync(versionFile, '17\n');
  const error = await refusal(open(data));
  assert.equal(error.code, 'conflict');
  assert.match(error.message, /made by PostgreSQL 17; this Millrace brings 18/);
  writeFileSync(versionFile, '18\n');
  await (await open(data)).close();
});

test('a server that cannot start says why and names its log', async () => {
  const data = join(folder.path, 'damaged');
  await (await open(data)).close();
  rmSync(join(data, 'postgres', 'global', 'pg_control'));
  const error = await refusal(open(data));
  assert.equal(error.code, 'unavailable');
  assert.match(error.message, /^PostgreSQL did not start: .*pg_control/);
  assert.ok(error.hint?.includes(join(data, 'postgres.log')));
  // The lock was let go: the next try says the same.
  assert.equal((await refusal(open(data))).message.slice(0, 24), error.message.slice(0, 24));
});

test('a socket folder that somebody else may use is refused', async () => {
  const data = join(folder.path, 'trap');
  mkdirSync(join(data, 'run'), { recursive: true });
  chmodSync(join(data, 'run'), 0o777);
  const error = await refusal(open(data));
  assert.match(error.message, /run belongs to somebody else/);
});
