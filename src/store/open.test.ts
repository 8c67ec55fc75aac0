// A database of one's own by URL: when it works, and each way in which it does not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import {
  administrate,
  clusterUrl,
  dropDatabase,
  freshDatabaseUrl,
  urlOf,
} from '../../test/kit/database.ts';
import { AppError, createLog, newSecret, systemClock } from '../base/index.ts';
import { openStore, statement } from './index.ts';

const log = createLog('error');
const open = (databaseUrl: string) =>
  openStore({ config: { dataFolder: '', databaseUrl }, log, clock: systemClock });

const made: string[] = [];
after(async () => {
  for (const url of made) await dropDatabase(url);
});

async function refusal(url: string): Promise<AppError> {
  try {
    await (await open(url)).close();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2/);
    return error;
  }
  throw new assert.AssertionError({ message: 'the store opened' });
}

test('an own PostgreSQL is migrated at the first start and left alone at the next', async () => {
  const url = await freshDatabaseUrl({ bare: true });
  made.push(url);
  const first = await open(url);
  assert.equal(first.kind, 'external');
  const applied = statement('open.applied', 'select number, applied_at from store_migration');
  const rows = await first.db.rows(applied);
  assert.ok(rows.length > 0);
  await first.close();
  const second = await open(url);
  assert.deepEqual(await second.db.rows(applied), rows);
  await second.close();
});

/** A port on which nothing listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test('what cannot be reached is one sentence without the password', async () => {
  const port = await closedPort();
  const table = [
    {
      url: `postgres://ada:hunter2@127.0.0.1:${port}/mill`,
      message: `Cannot reach the database "mill" at 127.0.0.1:${port}: nothing listens there.`,
    },
    {
      url: 'postgres://ada:hunter2@no-such-host.invalid/mill',
      message:
        /^Cannot reach the database "mill" at no-such-host.invalid:5432: that machine name .*\.$/,
    },
    {
      url: 'postgres:///mill?host=/no/such/folder&user=ada&password=hunter2',
      message: 'Cannot reach the database "mill" at /no/such/folder: no socket there.',
    },
    {
      url: urlOf(await clusterUrl(), 'no_such_database'),
      message: /^Cannot reach the database "no_such_database" at .*: no such database\.$/,
    },
  ];
  for (const { url, message } of table) {
    const error = await refusal(url);
    assert.equal(error.code, 'unavailable', url);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    assert.match(error.hint ?? '', /Check that PostgreSQL runs/);
  }
});

test('a server that accepts and hangs up is unreachable, not a bug', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const error = await refusal(`postgres://ada:hunter2@127.0.0.1:${port}/mill`);
  assert.equal(error.code, 'unavailable');
  assert.match(error.message, /the connection broke\.$/);
  server.close();
});

test('an address that is not of PostgreSQL is refused and not repeated', async () => {
  for (const url of ['mysql://ada:hunter2@db/mill', 'hunter2', 'postgres://ada:hunter2@[/mill']) {
    const error = await refusal(url);
    assert.equal(error.code, 'invalid_input');
    assert.match(error.hint ?? '', /postgres:\/\/user:password@host:5432\/database/);
  }
});

test('an account that may not create tables is told so', async () => {
  const url = await freshDatabaseUrl({ bare: true });
  made.push(url);
  const role = `guest_${newSecret(8).toLowerCase()}`;
  await administrate(url, [
    `create role ${role} login password 'hunter2'`,
    'revoke create on schema public from public',
  ]);
  const guest = new URL(url);
  guest.searchParams.set('user', role);
  const error = await refusal(guest.href);
  assert.equal(error.message, 'The database account may not create tables.');
  await administrate(url, [`drop role ${role}`]);
});

test('another encoding is refused with the statement that makes a right one', async () => {
  const name = 'test_latin1';
  const cluster = await clusterUrl();
  const options = `encoding 'LATIN1' locale 'C' template template0`;
  await administrate(cluster, [`create database ${name} ${options}`]);
  made.push(urlOf(cluster, name));
  const error = await refusal(urlOf(cluster, name));
  assert.match(error.message, /^The encoding is LATIN1, not UTF8: the database "test_latin1"/);
  assert.match(error.hint ?? '', /encoding 'UTF8'/);
});
