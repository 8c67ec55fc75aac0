// What an MCP server sends while it works or when it changes: progress and new lists, from a server
// of the newer era, passed on as they come.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertNoCanary, canaries } from '../kit/canaries.ts';
import { type Modern, startModern } from '../kit/mcp-servers.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { messagesOf, modern as modernRequest } from '../mcp/kit.ts';
import { type Model, modelAt } from '../mcp/model.ts';

describe('what an MCP server sends by itself', () => {
  let server: TestServer;
  let modern: Modern;
  let model: Model;
  let token: string;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const post = (method: string, params: object, signal?: AbortSignal) => {
    const { body, headers } = modernRequest(method, params as Record<string, unknown>, {
      meta: { progressToken: 'p1' },
    });
    return server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      token,
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  };

  before(async () => {
    [modern, server] = await Promise.all([
      startModern(),
      startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' }),
    ]);
    token = await server.tokenWith(['services:modern:read']);
    model = modelAt(server, token);
    const said = { name: 'modern', address: modern.address };
    assert.equal((await ok('upstreams.register', said)).problem, null);
    const { tools } = await ok('upstreams.get', { name: 'modern' });
    const all = tools.map(({ name, digest }: any) => ({ name, digest }));
    await ok('upstreams.approve', { name: 'modern', tools: all });
  });
  after(async () => {
    await server?.stop();
    await modern?.stop();
  });

  test('the newer era is found, and asked no handshake', () => {
    assert.ok(modern.asked.includes('server/discover'));
    assert.ok(!modern.asked.includes('initialize'));
  });

  test('F08 D01 progress goes on as it comes, its words without personal values', async () => {
    modern.words = `on the way to ${canaries.EMAIL}\u200B, who is at ${canaries.PHONE}`;
    const args = { name: 'modern_read_actions', arguments: { action: 'walk' } };
    const messages = await messagesOf(await post('tools/call', args));
    const steps = messages.filter(({ method }) => method === 'notifications/progress');
    assert.ok(steps.length >= 1, JSON.stringify(messages));
    assert.equal(steps[0]?.params.total, 2);
    assert.equal(messages.at(-1)?.result.content[0].text, 'walked');
    assertNoCanary(messages, 'what came in');
    const words = /^on the way to ⟦EMAIL_1:[^⟧]+⟧, who is at ⟦PHONE_1:[^⟧]+⟧$/;
    for (const { params } of steps) assert.match(params.message, words);
    // What it writes to its log is for nobody here.
    assert.ok(messages.every(({ method }) => method !== 'notifications/message'));
    const [row] = await ok('serviceAudit.list', { perPage: 1 });
    assert.deepEqual([row.decision, row.action], ['allowed', 'walk']);
  });

  test('D01 long words are cut after the search: no half of a value or token', async () => {
    const args = { name: 'modern_read_actions', arguments: { action: 'walk' } };
    for (const length of [285, 295, 585, 595]) {
      modern.words = `${'x'.repeat(length)} ${canaries.EMAIL} ${'y'.repeat(400)}`;
      const messages = await messagesOf(await post('tools/call', args));
      const steps = messages.filter(({ method }) => method === 'notifications/progress');
      assert.ok(steps.length >= 1);
      for (const { params } of steps) {
        assert.match(params.message, /^x+ (?:⟦EMAIL_1:[^⟧]+⟧ y+)?…$/, String(length));
        assert.ok(Buffer.byteLength(params.message) <= 603);
      }
    }
  });

  test('F08 what was said on the way comes before a failure too', async () => {
    modern.words = `lost with ${canaries.EMAIL}`;
    modern.fails = true;
    const args = { name: 'modern_read_actions', arguments: { action: 'walk' } };
    const messages = await messagesOf(await post('tools/call', args));
    modern.fails = false;
    const kinds = messages.map(({ method }) => method ?? 'result');
    assert.deepEqual([kinds.at(-1), kinds.indexOf('result')], ['result', kinds.length - 1]);
    assert.equal(messages.at(-1)?.result.isError, true);
    const steps = messages.filter(({ method }) => method === 'notifications/progress');
    assert.ok(steps.length >= 1, JSON.stringify(messages));
    assertNoCanary(messages, 'what came in');
  });

  test('F08 a changed list reaches our clients, who then see it', async () => {
    const listening = new AbortController();
    const filter = { notifications: { toolsListChanged: true } };
    const stream = await post('subscriptions/listen', filter, listening.signal);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    // Its first message: the stream is open.
    let heard = (await reader?.read())?.value ?? '';
    modern.withdraw('rest');
    while (!heard.includes('notifications/tools/list_changed')) {
      const { value, done } = (await reader?.read()) ?? { value: '', done: true };
      if (done) assert.fail(`the stream ended: ${heard}`);
      heard += value;
    }
    listening.abort();
    const [reads] = await model.list();
    assert.deepEqual(reads?.inputSchema.properties.action.enum, ['walk']);
    const { tools } = await ok('upstreams.get', { name: 'modern' });
    const states = Object.fromEntries(tools.map(({ name, state }: any) => [name, state]));
    assert.deepEqual(states, { rest: 'gone', walk: 'approved' });
  });
});
