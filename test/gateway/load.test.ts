// What many calls and large answers leave behind: nothing. A hundredth of the bench's million calls
// (`bench/gateway.bench.ts`), and an answer of 50 MB that is refused without being held.
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startTestServer, type TestServer } from '../kit/server.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const megabyte = Buffer.alloc(1_000_000, 'x');
const issue = { key: 'PAY-1', assignee: { displayName: 'Ann Lee', email: 'ann@example.com' } };

describe('calls of services in great number and size', () => {
  let server: TestServer;
  let upstream: Server;
  /** How much of the large answer was taken. */
  let takenBytes = 0;

  function answerLarge(response: ServerResponse): void {
    let left = 50;
    const next = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        takenBytes += megabyte.length;
        if (!response.write(megabyte)) return void response.once('drain', next);
      }
      response.end();
    };
    next();
  }

  before(async () => {
    upstream = createServer((request, response) => {
      if (request.url === '/export') answerLarge(response);
      else response.end(JSON.stringify(issue));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    const names = ['issue', 'export'];
    const document = JSON.stringify({
      openapi: '3.0.3',
      info: { title: 'Issues' },
      servers: [{ url }],
      paths: Object.fromEntries(
        names.map((name) => [`/${name}`, { get: { operationId: name, summary: name } }]),
      ),
    });
    const actions = names.map((name) => ({ name }));
    await server.op('openapi.import', { name: 'issues', document, actions });
    const { status } = await server.op('credentials.set', { service: 'issues', secret: 'a key' });
    assert.equal(status, 200);
  });
  after(async () => {
    await server?.stop();
    upstream?.closeAllConnections();
    upstream?.close();
  });

  const call = (action: string) => server.op('services.read', { service: 'issues', action });

  async function send(count: number): Promise<void> {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const { status, body } = await call('issue');
        assert.equal(status, 200, JSON.stringify(body));
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  async function inUse(): Promise<number> {
    server.logLines.length = 0;
    // What `fetch` holds of a response is let go a turn after it was collected.
    for (let round = 0; round < 3; round += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  test('an answer of 50 MB is refused, and not read to its end', async () => {
    const { body } = await call('export');
    assert.equal(body.error.details.reason_code, 'response_too_large');
    assert.ok(takenBytes < 25_000_000, `${takenBytes} bytes were taken`);
    const heldBefore = await inUse();
    await call('export');
    const grown = (await inUse()) - heldBefore;
    assert.ok(grown < 2_000_000, `${grown} bytes more`);
  });

  const verified = async (): Promise<{ ok: boolean; rows: number }> =>
    (await server.op('serviceAudit.verify')).body;

  test('G08 ten thousand calls: each has its row, and memory stays', async () => {
    const { rows: earlier } = await verified();
    await send(2_000);
    const first = await inUse();
    await send(8_000);
    const grown = (await inUse()) - first;
    const { ok, rows } = await verified();
    assert.deepEqual([ok, rows - earlier], [true, 10_000]);
    // 300 bytes a call would be 2.4 MB.
    assert.ok(grown < 2_400_000, `${grown} bytes more`);
  });
});
