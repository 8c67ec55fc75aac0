// Doctor's checks of the machine, each well and each with its problem, and how checks are run.
import assert from 'node:assert/strict';
import { createServer as createHttp } from 'node:http';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { AppError, type Config, readConfig } from '../../../base/index.ts';
import { createClient } from '../client.ts';
import { type Check, runChecks, well } from './check.ts';
import { checkBaseUrl, checkDataFolder, checkNode, checkPort } from './machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-checks-'));
after(() => rmSync(folder, { recursive: true }));

function config(env: Record<string, string> = {}): Config {
  return readConfig(env);
}

async function run(check: Check) {
  return check.run(new AbortController().signal);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const at = (url: string) => createClient({ config: { url, token: undefined, workspace: 'main' } });

test('node', async () => {
  assert.equal((await run(checkNode('24.1.0'))).ok, true);
  const old = await run(checkNode('20.20.2'));
  assert.deepEqual([old.ok, old.detail], [false, 'Node 20.20.2 is too old']);
});

describe('data folder', () => {
  test('there and writable: nothing is left in it', async () => {
    assert.deepEqual(await run(checkDataFolder(folder)), well(folder));
    assert.deepEqual(readdirSync(folder), []);
  });
  test('not there yet: nothing is made', async () => {
    const found = await run(checkDataFolder(join(folder, 'a', 'b')));
    assert.deepEqual([found.ok, readdirSync(folder)], [true, []]);
  });
  test('a file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const found = await run(checkDataFolder(file));
    assert.match(found.detail, /is a file$/);
    assert.match(found.fix ?? '', /MILLRACE_DATA/);
    rmSync(file);
  });
  test('on a file system that takes nothing', async () => {
    const found = await run(checkDataFolder('/proc'));
    assert.deepEqual([found.ok, found.detail], [false, '/proc cannot be written to']);
    const below = await run(checkDataFolder('/proc/x'));
    assert.deepEqual([below.ok, below.detail], [false, '/proc/x cannot be made']);
  });
});

describe('port', () => {
  test('free', async () => {
    assert.equal((await run(checkPort(config({ MILLRACE_PORT: '0' }), at))).ok, true);
  });
  test('taken by another program', async () => {
    const other = createServer((socket) => socket.destroy());
    const port = await listen(other);
    const found = await run(checkPort(config({ MILLRACE_PORT: String(port) }), at));
    other.close();
    assert.match(found.detail, /is taken by another program$/);
    assert.match(found.fix ?? '', /--port or MILLRACE_PORT/);
  });
  test('taken by a Millrace server', async () => {
    const server = createHttp((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"status":"ok","version":"0.1.0"}');
    });
    const port = await listen(server);
    const found = await run(checkPort(config({ MILLRACE_PORT: String(port) }), at));
    server.closeAllConnections();
    server.close();
    assert.equal(found.ok, true);
    assert.match(found.detail, /this server runs there$/);
  });
  test('an address of another machine', async () => {
    const found = await run(checkPort(config({ MILLRACE_HOST: '192.0.2.1' }), at));
    assert.match(found.detail, /cannot be listened on \(EADDRNOTAVAIL\)$/);
    assert.match(found.fix ?? '', /MILLRACE_HOST/);
  });
});

describe('base URL', () => {
  const table: readonly (readonly [Record<string, string>, boolean])[] = [
    [{}, true],
    [{ MILLRACE_BASE_URL: 'https://millrace.example.com' }, true],
    [{ MILLRACE_BASE_URL: 'http://localhost:8000' }, true],
    [{ MILLRACE_BASE_URL: 'http://millrace.example.com' }, false],
    [{ MILLRACE_HOST: '0.0.0.0' }, false],
  ];
  for (const [env, ok] of table) {
    test(JSON.stringify(env), async () => {
      const found = await run(checkBaseUrl(config(env)));
      assert.equal(found.ok, ok);
      assert.equal(found.fix !== undefined, !ok);
    });
  }
});

describe('runChecks', () => {
  const throwing = (error: Error): Check => ({ name: 'bad', run: () => Promise.reject(error) });

  test('one that throws is a problem with the error as its detail', async () => {
    const known = new AppError('unavailable', 'The database is away.', { hint: 'Start it.' });
    const good: Check = { name: 'good', run: async () => well('fine') };
    assert.deepEqual(await runChecks([throwing(known), good, throwing(new Error('boom'))]), [
      { name: 'bad', ok: false, detail: 'The database is away.', fix: 'Start it.' },
      { name: 'good', ok: true, detail: 'fine' },
      { name: 'bad', ok: false, detail: 'boom', fix: 'Run it again with --debug.' },
    ]);
  });

  test('one that hangs is given up, and told so', async () => {
    let told = false;
    const hanging: Check = {
      name: 'slow',
      run: (signal) => {
        signal.addEventListener('abort', () => (told = true));
        return new Promise(() => {});
      },
    };
    const [found] = await runChecks([hanging], { limitMs: 20 });
    assert.equal(found?.detail, 'no answer within 0.02 s');
    assert.equal(told, true);
  });
});
