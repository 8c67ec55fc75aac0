// The rules of the wire in raw HTTP: statuses, headers, eras, and that the dispatcher answers
// what the SDK would answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bench, legacy, messagesOf, modern, startBench, workspace } from './kit.ts';

let bench: Bench;
before(async () => {
  bench = await startBench({
    'f/team/greet': ({ name }) => ({ hello: name }),
    'u/bob/text': () => 'plain text',
  });
});
after(() => bench.stop());

const greet = { name: 's-f_team_greet', arguments: { name: 'Ann' } };

interface Row {
  what: string;
  body: unknown;
  headers?: Record<string, string>;
  status: number;
  /** Code of the JSON-RPC error; undefined where a result is expected. */
  code?: number;
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}

const call = modern('tools/call', greet);
const list = modern('tools/list');
const noEnvelope = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
const withVersion = (version: string) => {
  const request = modern(
    'tools/list',
    {},
    { meta: { 'io.modelcontextprotocol/protocolVersion': version } },
  );
  return { ...request, headers: { ...request.headers, 'mcp-protocol-version': version } };
};
const bare = (meta: Record<string, unknown>) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/list',
  params: { _meta: meta },
});

const nested = '['.repeat(5000) + ']'.repeat(5000);

const rows: Row[] = [
  { what: 'modern list', ...list, status: 200 },
  { what: 'modern call', ...call, status: 200 },
  { what: 'modern discover', ...modern('server/discover'), status: 200 },
  { what: 'modern templates', ...modern('resources/templates/list'), status: 200 },
  { what: 'modern unknown method', ...modern('tools/frobnicate'), status: 404, code: -32601 },
  { what: 'modern ping', ...modern('ping'), status: 404, code: -32601 },
  { what: 'modern initialize', ...modern('initialize'), status: 404, code: -32601 },
  { what: 'modern unknown version', ...withVersion('2027-01-01'), status: 400, code: -32022 },
  {
    what: 'modern header, no envelope',
    body: noEnvelope,
    headers: { 'mcp-protocol-version': '2026-07-28' },
    status: 400,
    code: -32602,
  },
  {
    what: 'envelope without capabilities',
    body: bare({ 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }),
    headers: list.headers,
    status: 400,
    code: -32602,
  },
  {
    what: 'bare discover',
    body: { jsonrpc: '2.0', id: 7, method: 'server/discover' },
    status: 400,
    code: -32602,
  },
  {
    what: 'version header missing',
    body: list.body,
    headers: without(list.headers, 'mcp-protocol-version'),
    status: 400,
    code: -32020,
  },
  {
    what: 'method header missing',
    body: list.body,
    headers: without(list.headers, 'mcp-method'),
    status: 400,
    code: -32020,
  },
  {
    what: 'name header missing',
    body: call.body,
    headers: without(call.headers, 'mcp-name'),
    status: 400,
    code: -32020,
  },
  {
    what: 'name header wrong',
    body: call.body,
    headers: { ...call.headers, 'mcp-name': 'other' },
    status: 400,
    code: -32020,
  },
  {
    what: 'method header wrong',
    body: list.body,
    headers: { ...list.headers, 'mcp-method': 'tools/call' },
    status: 400,
    code: -32020,
  },
  {
    what: 'version header wrong',
    body: list.body,
    headers: { ...list.headers, 'mcp-protocol-version': '2025-11-25' },
    status: 400,
    code: -32020,
  },
  {
    what: 'name header in base64',
    body: call.body,
    headers: { ...call.headers, 'mcp-name': `=?base64?${btoa(greet.name)}?=` },
    status: 200,
  },
  {
    what: 'modern unknown tool',
    ...modern('tools/call', { name: 's-f_team_gret', arguments: {} }),
    status: 200,
    code: -32602,
  },
  { what: 'legacy list without handshake', ...legacy('tools/list'), status: 200 },
  { what: 'legacy list without header', body: legacy('tools/list').body, status: 200 },
  {
    what: 'legacy stale session',
    body: legacy('tools/list').body,
    headers: { 'mcp-session-id': 'gone' },
    status: 404,
    code: -32001,
  },
  { what: 'legacy ping', ...legacy('ping'), status: 200 },
  { what: 'legacy log level', ...legacy('logging/setLevel', { level: 'debug' }), status: 200 },
  { what: 'legacy unknown method', ...legacy('tools/frobnicate'), status: 200, code: -32601 },
  {
    what: 'legacy unknown tool',
    ...legacy('tools/call', { name: 'nope' }),
    status: 200,
    code: -32602,
  },
  {
    what: 'legacy bad version header',
    body: legacy('tools/list').body,
    headers: { 'mcp-protocol-version': '2020-01-01' },
    status: 400,
    code: -32000,
  },
  {
    what: 'legacy list with cursor',
    ...legacy('tools/list', { cursor: 'x' }),
    status: 200,
    code: -32602,
  },
  { what: 'no JSON', body: '{"jsonrpc":', status: 400, code: -32700 },
  { what: 'empty body', body: '', status: 400, code: -32700 },
  { what: 'no JSON-RPC', body: { hello: 1 }, status: 400, code: -32600 },
  {
    what: 'wrong content type',
    body: list.body,
    headers: { ...list.headers, 'content-type': 'text/plain' },
    status: 415,
    code: -32000,
  },
  {
    what: 'nothing acceptable',
    body: legacy('ping').body,
    headers: { accept: 'text/html' },
    status: 406,
    code: -32000,
  },
  {
    what: 'accept anything',
    body: legacy('tools/list').body,
    headers: { accept: '*/*' },
    status: 200,
  },
  {
    what: 'accept JSON only',
    body: legacy('tools/list').body,
    headers: { accept: 'application/json' },
    status: 200,
  },
  {
    what: 'accept JSON only, answered by the SDK',
    body: legacy('tools/x').body,
    headers: { accept: 'application/json' },
    status: 200,
    code: -32601,
  },
  {
    what: 'deep body',
    body: `{"jsonrpc":"2.0","id":1,"method":"ping","params":${nested}}`,
    status: 400,
    code: -32600,
  },
  {
    what: 'foreign origin',
    ...list,
    headers: { ...list.headers, origin: 'https://evil.example' },
    status: 403,
    code: -32000,
  },
  {
    what: 'null origin',
    ...list,
    headers: { ...list.headers, origin: 'null' },
    status: 403,
    code: -32000,
  },
];

for (const { what, body, headers = {}, status, code } of rows) {
  test(`${what}: ${status}${code === undefined ? '' : ` ${code}`}`, async () => {
    const response = await bench.post(body, { headers });
    const [message] = await messagesOf(response);
    assert.equal(response.status, status, JSON.stringify(message));
    assert.equal(message.error?.code, code, JSON.stringify(message));
    if (code === undefined) assert.ok(message.result);
  });
}

test('own and local origins come in', async () => {
  const { port } = new URL(bench.origin);
  for (const origin of [bench.origin, `http://localhost:${port}`]) {
    const response = await bench.post(list.body, { headers: { ...list.headers, origin } });
    assert.equal(response.status, 200);
  }
});

test('every address speaks the same; other verbs are refused with 405 and Allow', async () => {
  for (const end of ['mcp', 'mcp/', 'sse', 'sse/']) {
    const path = `/api/mcp/w/${workspace}/${end}`;
    assert.equal((await bench.post(list.body, { headers: list.headers, path })).status, 200);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await fetch(bench.origin + path, {
        method,
        headers: {
          authorization: 'Bearer all',
          accept: 'text/event-stream',
          'mcp-protocol-version': '2025-11-25',
        },
      });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'POST');
    }
  }
});

test('a body over 4 MiB is 413, one just below is read', async () => {
  const padded = (size: number) => ({ ...legacy('ping').body, params: { pad: 'x'.repeat(size) } });
  const over = await bench.post(padded(4 * 1024 * 1024));
  assert.equal(over.status, 413);
  assert.equal((await messagesOf(over))[0].error.code, -32000);
  assert.equal((await bench.post(padded(4 * 1024 * 1024 - 1000))).status, 200);
});

test('what -32022 supports is what discover advertises: the stateless era only', async () => {
  const { body, headers } = withVersion('1999-01-01');
  const [refused] = await messagesOf(await bench.post(body, { headers }));
  const discover = modern('server/discover');
  const [greeted] = await messagesOf(
    await bench.post(discover.body, { headers: discover.headers }),
  );
  assert.deepEqual(refused.error.data.supported, ['2026-07-28']);
  assert.deepEqual(greeted.result.supportedVersions, ['2026-07-28']);
});

test('initialize echoes a known version and answers the newest to an unknown one', async () => {
  for (const [asked, answered] of [
    ['2024-11-05', '2024-11-05'],
    ['2025-06-18', '2025-06-18'],
    ['2025-11-25', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['1.0', '2025-11-25'],
  ]) {
    const { body } = legacy('initialize', {
      protocolVersion: asked,
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    });
    const [{ result }] = await messagesOf(await bench.post(body));
    assert.equal(result.protocolVersion, answered);
    const { icons, ...info } = result.serverInfo;
    assert.match(icons[0].src, /^data:image\/svg\+xml,%3Csvg/);
    assert.deepEqual(info, {
      name: 'millrace',
      title: 'Millrace',
      version: '1.2.3',
      websiteUrl: bench.origin,
    });
    assert.deepEqual(result.capabilities, {
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
    });
    assert.ok(result.instructions.length <= 2000 && result.instructions.includes('waitJob'));
  }
});

test('notifications are taken without an answer', async () => {
  const response = await bench.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  assert.equal(response.status, 202);
  assert.equal(await response.text(), '');
});

test('a modern list may be kept for no time and by nobody else', async () => {
  const [{ result }] = await messagesOf(await bench.post(list.body, { headers: list.headers }));
  assert.equal(result.resultType, 'complete');
  assert.equal(result.ttlMs, 0);
  assert.equal(result.cacheScope, 'private');
  const { _meta: meta } = result;
  assert.equal(meta['io.modelcontextprotocol/serverInfo'].name, 'millrace');
  assert.equal(result.nextCursor, undefined);
});

test('a legacy batch is answered whole', async () => {
  const batch = [legacy('ping', undefined, 'a').body, legacy('tools/call', greet, 'b').body];
  const messages = await messagesOf(await bench.post(batch));
  assert.deepEqual(new Set(messages.map(({ id }) => id)), new Set(['a', 'b']));
  const called = messages.find(({ id }) => id === 'b');
  assert.deepEqual(called.result.structuredContent, { hello: 'Ann' });
});

/** Job ids differ from run to run; nothing else may. */
function steady(message: unknown): unknown {
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  return JSON.parse(JSON.stringify(message).replaceAll(uuid, '<id>'));
}

const compared: [string, { body: Record<string, unknown>; headers: Record<string, string> }][] = [
  ['modern tools/list', list],
  ['modern tools/call', call],
  ['modern text', modern('tools/call', { name: 's-u_bob_text', arguments: { name: 'x' } })],
  ['modern wrong arguments', modern('tools/call', { ...greet, arguments: {} })],
  ['modern unknown tool', modern('tools/call', { name: 'nope' })],
  ['modern discover', modern('server/discover')],
  ['legacy tools/list', legacy('tools/list')],
  ['legacy tools/call', legacy('tools/call', greet)],
  ['legacy unknown tool', legacy('tools/call', { name: 'nope' })],
  ['legacy ping', legacy('ping')],
  [
    'legacy initialize',
    legacy('initialize', {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }),
  ],
];

for (const [what, { body, headers }] of compared) {
  test(`dispatcher and SDK answer alike: ${what}`, async () => {
    const fast = await bench.post(body, { headers });
    // A member that JSON-RPC does not know sends the same request to the SDK.
    const slow = await bench.post(unusual(body), { headers });
    assert.ok(fast.headers.get('content-type')?.startsWith('application/json'));
    const [fastMessage] = await messagesOf(fast);
    const [slowMessage] = await messagesOf(slow);
    assert.deepEqual(steady(fastMessage), steady(slowMessage));
    assert.equal(fast.status, slow.status);
  });
}

/** The same request in a form that the dispatcher leaves to the SDK. */
function unusual(body: Record<string, unknown>): unknown {
  const params = (body['params'] ?? {}) as Record<string, unknown>;
  const meta = params['_meta'] as Record<string, unknown> | undefined;
  if (!meta) return [body];
  return {
    ...body,
    params: { ...params, _meta: { ...meta, 'io.modelcontextprotocol/logLevel': 'error' } },
  };
}
