// The addresses of the endpoint: with and without a workspace, with and without a slash, for old
// clients that open a stream, and for a person with a browser.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { askFor, type Bench, eventsOf, legacy, type Loose, messagesOf, modern } from './kit.ts';
import { startBench } from './kit.ts';

let bench: Bench;
before(async () => {
  bench = await startBench({
    'u/bob/hello': (args) => ({ hello: args['name'] }),
    'u/bob/ask': (_args, call) => askFor(call, { key: 'k', message: 'Sure?', form: {} }),
  });
});
after(() => bench.stop());

const ofWorkspace = ['/api/mcp/w/test/mcp', '/api/mcp/w/test/sse'];
const ofNone = ['/api/mcp/gateway', '/api/mcp', '/mcp'];
const withSlash = (paths: string[]) => paths.flatMap((path) => [path, `${path}/`]);

async function result(path: string, method: string, { token = 'all', ...params }: Loose = {}) {
  const { body, headers } = modern(method, params);
  const [message] = await messagesOf(await bench.post(body, { headers, path, token }));
  return message.result ?? message.error;
}

describe('an address of a workspace', () => {
  for (const path of withSlash(ofWorkspace)) {
    it(`${path} lists scripts and runs them`, async () => {
      const { tools } = await result(path, 'tools/list');
      const names = tools.map(({ name }: Loose) => name);
      assert.ok(names.includes('s-u_bob_hello') && !names.includes('list_workspaces'));
      const call = { name: 's-u_bob_hello', arguments: { name: 'x' } };
      assert.deepEqual((await result(path, 'tools/call', call)).structuredContent, { hello: 'x' });
    });
  }
});

describe('an address of no workspace', () => {
  for (const path of withSlash(ofNone)) {
    it(`${path} serves the workspace that the token is bound to`, async () => {
      const { tools } = await result(path, 'tools/list', { token: 'bound' });
      const names = tools.map(({ name }: Loose) => name);
      assert.ok(names.includes('s-u_bob_hello') && !names.includes('list_workspaces'));
    });

    it(`${path} serves all workspaces of another token`, async () => {
      const { tools } = await result(path, 'tools/list');
      const names = tools.map(({ name }: Loose) => name);
      assert.ok(names.includes('list_workspaces') && !names.includes('s-u_bob_hello'));
      const run = tools.find(({ name }: Loose) => name === 'runScriptByPath');
      assert.equal(run.inputSchema.required[0], 'workspace_id');
      assert.equal(Object.keys(run.inputSchema.properties)[0], 'workspace_id');
    });
  }

  it('runs tools in the workspace that they are given, and in no other', async () => {
    const run = (args: Loose, token?: string) =>
      result('/mcp', 'tools/call', { name: 'runScriptByPath', arguments: args, token });
    const path = 'u/bob/hello';
    const good = await run({ workspace_id: 'test', path, name: 'y' });
    assert.equal(good.isError, undefined, JSON.stringify(good));
    assert.equal(bench.calls.at(-1)?.call.workspace, 'test');
    assert.deepEqual(bench.calls.at(-1)?.input.workspace_id, undefined);
    for (const [args, token, code] of [
      [{ path }, 'all', 'invalid_input'],
      [{ workspace_id: 'secret', path }, 'all', 'not_found'],
      [{ workspace_id: 'test', path }, 'outsider', 'not_found'],
    ] as const) {
      const reached = bench.calls.length;
      const refused = await run(args, token);
      assert.equal(refused.structuredContent.error.code, code);
      assert.equal(bench.calls.length, reached);
    }
  });

  it('lists the workspaces, and tools by what the caller is in them', async () => {
    const call = { name: 'list_workspaces', arguments: {} };
    const { structuredContent } = await result('/mcp', 'tools/call', call);
    assert.deepEqual(structuredContent.result, [{ id: 'test', name: 'Test', role: 'admin' }]);
    const none = await result('/mcp', 'tools/list', { token: 'outsider' });
    assert.deepEqual(
      none.tools.map(({ name }: Loose) => name).filter((name: string) => name.startsWith('create')),
      [],
    );
    const script = { name: 's-u_bob_hello', arguments: { name: 'x' } };
    assert.equal((await result('/mcp', 'tools/call', script)).code, -32_602);
  });
});

describe('a browser', () => {
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  it('gets a page at each address, whoever asks', async () => {
    for (const path of withSlash([...ofWorkspace, ...ofNone])) {
      const response = await fetch(bench.origin + path, { headers: { accept } });
      assert.equal(response.status, 200);
      const text = await response.text();
      assert.ok(text.startsWith(bench.origin + path.replace(/\/$/, '')), text);
    }
  });

  it('is told from programs', async () => {
    for (const [method, sent, status] of [
      ['GET', '*/*', 401],
      ['GET', 'text/event-stream', 401],
      ['GET', 'text/html, text/event-stream', 401],
      ['POST', accept, 401],
      ['HEAD', '*/*', 401],
      ['DELETE', accept, 401],
    ] as const) {
      const response = await fetch(`${bench.origin}/mcp`, { method, headers: { accept: sent } });
      assert.equal(response.status, status, `${method} ${sent}`);
      assert.match(response.headers.get('www-authenticate') ?? '', /resource_metadata=/);
    }
  });
});

const sse = '/api/mcp/w/test/sse';

async function openStream(token = 'all') {
  const close = new AbortController();
  const response = await fetch(bench.origin + sse, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    signal: close.signal,
  });
  const events = eventsOf(response);
  const first = await events.next();
  return { address: String(first.value), events, close, response };
}

describe('the transport of 2024', () => {
  const initialize = (capabilities: Loose) =>
    legacy('initialize', {
      protocolVersion: '2024-11-05',
      capabilities,
      clientInfo: { name: 'old', version: '1' },
    }).body;

  it('answers on the stream that a GET opens', async () => {
    const { address, events, close, response } = await openStream();
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(response.headers.get('x-accel-buffering'), 'no');
    assert.match(address, /^\/api\/mcp\/w\/test\/sse\?sessionId=[\w-]{32}$/);
    const send = (body: Loose) => bench.post(body, { path: address });
    assert.equal((await send(initialize({}))).status, 202);
    const hello = (await events.next()).value;
    assert.equal(hello.result.protocolVersion, '2024-11-05');
    await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await send(legacy('tools/call', { name: 's-u_bob_hello', arguments: { name: 'z' } }, 7).body);
    const answer = (await events.next()).value;
    assert.equal(answer.id, 7);
    assert.deepEqual(answer.result.structuredContent, { hello: 'z' });
    close.abort();
  });

  it('asks the person over the same stream', async () => {
    const { address, events, close } = await openStream();
    const send = (body: Loose) => bench.post(body, { path: address });
    await send(initialize({ elicitation: {} }));
    await events.next();
    await send(legacy('tools/call', { name: 's-u_bob_ask', arguments: { name: 'z' } }, 8).body);
    const asked = (await events.next()).value;
    assert.equal(asked.method, 'elicitation/create');
    await send({ jsonrpc: '2.0', id: asked.id, result: { action: 'decline' } });
    const answer = (await events.next()).value;
    assert.deepEqual(answer.result.structuredContent, { action: 'decline' });
    close.abort();
  });

  it('keeps the stream of one person from all others', async () => {
    const { address, close } = await openStream();
    const list = legacy('tools/list').body;
    for (const [token, path, status] of [
      ['other', address, 404],
      [null, address, 401],
      ['all', `${address}x`, 404],
      ['all', address.replace('/sse', '/mcp'), 200],
    ] as const) {
      assert.equal((await bench.post(list, { token, path })).status, status);
    }
    close.abort();
  });

  it('is not for newer clients that open a stream for notices', async () => {
    const response = await fetch(bench.origin + sse, {
      headers: {
        accept: 'text/event-stream',
        authorization: 'Bearer all',
        'mcp-protocol-version': '2025-11-25',
      },
    });
    assert.equal(response.status, 405);
  });

  it('is refused beyond 64 streams of one person, and free again when they close', async () => {
    const open = await Promise.all(Array.from({ length: 64 }, () => openStream('third')));
    const headers = { accept: 'text/event-stream', authorization: 'Bearer third' };
    const refused = await fetch(bench.origin + sse, { headers });
    assert.equal(refused.status, 429);
    for (const { close } of open) close.abort();
    for (;;) {
      const again = new AbortController();
      const { status } = await fetch(bench.origin + sse, { headers, signal: again.signal });
      again.abort();
      if (status === 200) break;
    }
  });
});
