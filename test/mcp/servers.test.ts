// Two real servers on one database: addresses, the old transport with a token in the address, and
// changes that another process made.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { eventsOf, type Loose, messagesOf, modern } from './messages.ts';

describe('whole servers', () => {
  let one: TestServer;
  let two: TestServer;
  let token: string;
  before(async () => {
    one = await startTestServer();
    two = await startTestServer({}, { beside: one });
    token = await one.tokenWith(['mcp:all']);
  });
  after(async () => {
    await two.stop();
    await one.stop();
  });

  const post = (path: string, { body, headers }: Loose) =>
    one.fetch(path, {
      method: 'POST',
      token,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    });

  it('list_workspaces and a run in one of them', async () => {
    const call = { name: 'list_workspaces', arguments: {} };
    const [{ result }] = await messagesOf(await post('/mcp', modern('tools/call', call)));
    assert.equal(result.structuredContent.result[0].id, 'test');
    const [listed] = await messagesOf(await post('/mcp', modern('tools/list')));
    const names = listed.result.tools.map(({ name }: Loose) => name);
    assert.ok(
      names.includes('createScript') && !names.some((name: string) => name.startsWith('s-')),
    );
    const scripts = { name: 'listScripts', arguments: { workspace_id: 'test' } };
    const [answer] = await messagesOf(await post('/mcp', modern('tools/call', scripts)));
    assert.equal(answer.result.isError, undefined, JSON.stringify(answer));
    const workers = { name: 'listWorkers', arguments: {} };
    const [w] = await messagesOf(await post('/mcp', modern('tools/call', workers)));
    assert.equal(w.result.isError, undefined, JSON.stringify(w));
  });

  it('shows a browser a page', async () => {
    const response = await fetch(`${one.origin}/api/mcp/w/test/mcp`, {
      headers: { accept: 'text/html' },
    });
    assert.match(response.headers.get('content-type') ?? '', /text\/html/);
    assert.match(await response.text(), /claude mcp add --transport http millrace/);
  });

  it('serves the old transport with a token in the address', async () => {
    const client = new ClientV1({ name: 'old', version: '1' });
    await client.connect(
      new SSEClientTransport(new URL(`${one.origin}/api/mcp/w/test/sse?token=${token}`)),
    );
    const { tools } = await client.listTools();
    assert.ok(tools.length > 20);
    await client.close();
    assert.ok(!one.logLines.join('\n').includes(token));
  });

  it('tells what another process deployed', async () => {
    const response = await post(
      '/api/mcp/w/test/mcp',
      modern('subscriptions/listen', { notifications: { toolsListChanged: true } }),
    );
    const events = eventsOf(response);
    await events.next();
    const content = 'export async function main() { return 1 }';
    const made = await two.op('scripts.create', {
      path: 'u/owner/fresh',
      content,
      language: 'nativets',
    });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { value } = await events.next();
    assert.equal(value.method, 'notifications/tools/list_changed');
    await response.body?.cancel().catch(() => undefined);
  });
});
