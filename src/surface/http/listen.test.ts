// The web server on a real socket: where it binds, raw addresses, large bodies, clients that go
// away, stopping.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { noFiles, noOAuth, noRoutes, noServices, testDoor } from '../../../test/kit/door.ts';
import { createLog, createMetrics, readConfig, systemClock } from '../../base/index.ts';
import { createMcp } from '../mcp/index.ts';
import { createHttpServer } from './index.ts';

function testServer(port = 0) {
  const { door, identity, events } = testDoor();
  const log = createLog('error', () => undefined);
  const clock = systemClock;
  const mcp = createMcp({
    door,
    log,
    clock,
    origin: () => 'http://127.0.0.1',
    version: '1',
    waitMs: 1000,
    runnables: async () => ({ version: '0', tools: [] }),
    workspaces: async () => [],
    onToolsChanged: () => () => undefined,
    deriveKey: async () => Buffer.alloc(32),
    spend: async () => true,
  });
  const config = readConfig({ MILLRACE_PORT: String(port) });
  const shared = {
    door,
    identity,
    config,
    version: '1',
    log,
    clock,
    mcp,
    metrics: createMetrics(),
  };
  const isWell = async () => true;
  const parts = { isWell, routes: noRoutes, files: noFiles, gateway: noServices, oauth: noOAuth };
  const http = createHttpServer({ ...shared, ...parts });
  return { http, events };
}

const auth = { authorization: 'Bearer mr_full' };

describe('the web server on a socket', () => {
  const { http, events } = testServer();
  let origin = '';
  let port = 0;
  before(async () => {
    ({ origin, port } = await http.listen());
  });
  after(() => http.close());

  /** Sends `lines` as they are and answers the whole response. */
  function raw(lines: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(`${lines.join('\r\n')}\r\n\r\n`));
      let text = '';
      socket.on('data', (chunk) => (text += String(chunk)));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
  }

  it('says where it is, as bound', async () => {
    assert.equal(origin, `http://127.0.0.1:${port}`);
    assert.ok(port > 0);
    assert.equal((await fetch(`${origin}/health`)).status, 200);
  });

  it('names the port that is taken, and the way out', async () => {
    await assert.rejects(testServer(port).http.listen(), (error: Error & { hint?: string }) => {
      assert.equal(error.message, `Port ${port} is taken by another program.`);
      assert.match(error.hint ?? '', /--port \d+/);
      return true;
    });
  });

  it('refuses raw traversal, and hosts that are none', async () => {
    const head = ['Host: 127.0.0.1', 'Authorization: Bearer mr_full', 'Connection: close'];
    const base = '/api/w/main/scripts/exists/p';
    for (const path of ['f/../x', 'f/%2e%2e/x', 'f/./x', '../../../../etc/passwd']) {
      const answer = await raw([`GET ${base}/${path} HTTP/1.1`, ...head]);
      assert.match(answer, /^HTTP\/1\.1 400 /, path);
      assert.doesNotMatch(answer, /html/);
    }
    const nameless = await raw(['GET /health HTTP/1.0']);
    assert.match(nameless, /^HTTP\/1\.1 403 /);
  });

  it('refuses 50 MB with the limit named, however the body is announced', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (const announced of [true, false]) {
      const [answered, text] = await new Promise<[number, string]>((resolve, reject) => {
        const length = announced ? { 'content-length': 50 * megabyte.length } : {};
        const call = request(`${origin}/api/op/things.echo`, {
          method: 'POST',
          headers: { ...auth, 'content-type': 'application/json', ...length },
        });
        call.on('response', (response) => {
          const status = response.statusCode ?? 0;
          response
            .toArray()
            .then((chunks) => resolve([status, Buffer.concat(chunks).toString()]), reject);
        });
        call.on('error', reject);
        const pump = (left: number): void => {
          if (left === 0) call.end();
          else call.write(megabyte, (error) => (error ? undefined : pump(left - 1)));
        };
        pump(50);
      });
      assert.equal(answered, 413, `announced: ${announced}`);
      assert.match(text, /20 MB/);
    }
  });

  it('aborts the call when its client goes away', async () => {
    const gone = new AbortController();
    const aborted = once(events, 'aborted');
    const waiting = once(events, 'waiting');
    const call = fetch(`${origin}/api/op/jobs.wait?workspace=main`, {
      method: 'POST',
      headers: auth,
      signal: gone.signal,
    });
    await waiting;
    gone.abort();
    await assert.rejects(call);
    await aborted;
  });

  it('lets an answer under way end when it stops', async () => {
    const other = testServer();
    const at = await other.http.listen();
    const waiting = once(other.events, 'waiting');
    const call = fetch(`${at.origin}/api/op/jobs.wait?workspace=main`, {
      method: 'POST',
      headers: auth,
    });
    await waiting;
    other.http.drain();
    const health = await fetch(`${at.origin}/health`);
    assert.deepEqual(
      [health.status, await health.json()],
      [503, { status: 'draining', version: '1' }],
    );
    const closed = other.http.close();
    other.events.emit('go');
    assert.deepEqual(await (await call).json(), { went: true });
    await closed;
    await assert.rejects(fetch(`${at.origin}/health`));
  });
});
