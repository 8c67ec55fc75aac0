// GraphQL scripts through the public face, against a server of the test.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const content = `query Find($id: ID!, $first: Int = 10) {
  user(id: $id) { name(first: $first) }
}`;

describe('GraphQL scripts', () => {
  let server: TestServer;
  let peer: Server;
  let reply = { status: 200, body: '{"data":{"user":{"name":"Ann"}}}' };
  let heard: { headers: Record<string, unknown>; body: any } | undefined;
  before(async () => {
    peer = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        heard = { headers: request.headers, body: JSON.parse(text) };
        response.writeHead(reply.status, { 'content-type': 'application/json' });
        response.end(reply.body);
      });
    }).listen(0, '127.0.0.1');
    await once(peer, 'listening');
    server = await startTestServer();
    const made = await server.op('resources.create', {
      path: 'f/examples/api',
      resourceType: 'graphql',
      value: {
        base_url: `http://127.0.0.1:${(peer.address() as AddressInfo).port}/graphql`,
        bearer_token: 'token of the peer',
        custom_headers: { 'X-Team': 'blue' },
      },
    });
    assert.equal(made.status, 200, JSON.stringify(made.body));
  });
  after(async () => {
    await server.stop();
    peer.close();
  });

  const run = async (args: Record<string, unknown>) =>
    (
      await server.op('jobs.previewWait', {
        language: 'graphql',
        content,
        args: { api: '$res:f/examples/api', ...args },
      })
    ).body;

  test('variables, token and headers are sent; data is the result', async () => {
    const { result } = await run({ id: 'u1', unknown: true });
    assert.deepEqual(result, { user: { name: 'Ann' } });
    assert.deepEqual(heard?.body, { query: content, variables: { id: 'u1' } });
    assert.equal(heard?.headers['authorization'], 'Bearer token of the peer');
    assert.equal(heard?.headers['x-team'], 'blue');
  });

  test('errors of the server fail the run with its words', async () => {
    const rows = [
      [200, '{"data":null,"errors":[{"message":"no such user"}]}', /^no such user$/],
      [500, '<html>broken</html>', /status 500, no JSON: <html>broken/],
      [401, '{"error":"who are you"}', /status 401/],
    ] as const;
    for (const [status, body, message] of rows) {
      reply = { status, body };
      const { success, result } = await run({ id: 'u1' });
      assert.equal(success, false);
      assert.match(result.error.message, message);
      assert.doesNotMatch(JSON.stringify(result), /token of the peer/);
    }
  });

  test('an answer without end, and one that is no server', async () => {
    reply = { status: 200, body: `{"data":"${'x'.repeat(3_000_000)}"}` };
    assert.equal((await run({ id: 'u1' })).result.error.name, 'ResultTooLarge');
    const { result } = await run({ id: 'u1', api: { base_url: 'http://127.0.0.1:1/' } });
    assert.match(result.error.message, /no answer from 127\.0\.0\.1:1/);
    const file = await run({ id: 'u1', api: { base_url: 'file:///etc/passwd' } });
    assert.match(file.result.error.message, /must be an http address/);
  });
});
