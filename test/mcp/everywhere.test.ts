// The official clients of both generations against each address of the endpoint; the old SSE
// client; clients that ask their person; a list of 500 tools in one page.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import * as v1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { askFor, type Bench, type Loose, script, startBench } from './kit.ts';

const many = Array.from({ length: 500 }, (_one, index) => script(`f/team/tool${index}`));
const form = { type: 'object', properties: { sure: { type: 'boolean' } } };

let bench: Bench;
before(async () => {
  bench = await startBench(
    {
      'f/team/greet': ({ name }) => ({ hello: name }),
      'u/bob/ask': (_args, call) => askFor(call, { key: 'sure', message: 'Sure?', form }),
    },
    { scripts: [script('f/team/greet'), script('u/bob/ask', { schema: {} }), ...many] },
  );
});
after(() => bench.stop());

const identity = { name: 'test', version: '1' };
const requestInit = (token = 'all') => ({ headers: { authorization: `Bearer ${token}` } });
const answer = async () => ({ action: 'accept' as const, content: { sure: true } });
const asks = { capabilities: { elicitation: { form: {} } } };

/** What the test does with a client, the same in both generations. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[]; nextCursor?: string | undefined }>;
  callTool(params: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

type Connect = (url: string, token?: string) => Promise<AnyClient>;

const connectV1: Connect = async (url, token) => {
  const client = new ClientV1(identity, asks);
  client.setRequestHandler(ElicitRequestSchema, answer);
  const transport = new v1.StreamableHTTPClientTransport(new URL(url), {
    requestInit: requestInit(token),
  });
  await client.connect(transport);
  return client;
};

const connectSse: Connect = async (url, token) => {
  const client = new ClientV1(identity, asks);
  client.setRequestHandler(ElicitRequestSchema, answer);
  const transport = new SSEClientTransport(new URL(url), { requestInit: requestInit(token) });
  await client.connect(transport);
  return client;
};

function connectV2(mode: 'legacy' | 'auto'): Connect {
  return async (url, token) => {
    const client = new Client(identity, { ...asks, versionNegotiation: { mode } });
    client.setRequestHandler('elicitation/create', answer);
    const transport = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: requestInit(token),
    });
    await client.connect(transport);
    return client;
  };
}

const clients: [string, Connect][] = [
  ['v1', connectV1],
  ['v2, handshake era', connectV2('legacy')],
  ['v2, negotiated', connectV2('auto')],
];
const ofWorkspace = ['/api/mcp/w/test/mcp', '/api/mcp/w/test/sse'];
const ofNone = ['/api/mcp/gateway', '/api/mcp', '/mcp'];

async function listsAndCalls(client: AnyClient): Promise<void> {
  const { tools, nextCursor } = await client.listTools();
  assert.equal(nextCursor, undefined);
  assert.equal(tools.filter(({ name }) => name.startsWith('s-f_team_tool')).length, 500);
  const call = { name: 's-f_team_greet', arguments: { name: 'Ann' } };
  const greeted = (await client.callTool(call)) as Loose;
  assert.deepEqual(greeted.structuredContent, { hello: 'Ann' });
  const asked = (await client.callTool({ name: 's-u_bob_ask', arguments: {} })) as Loose;
  assert.deepEqual(asked.structuredContent, await answer());
}

for (const [what, connect] of clients) {
  describe(`the client ${what}`, () => {
    for (const path of [...ofWorkspace, ...ofNone, '/mcp/']) {
      it(`lists 500 tools, calls and asks at ${path}`, async () => {
        const token = ofWorkspace.includes(path) ? 'all' : 'bound';
        const client = await connect(bench.origin + path, token);
        await listsAndCalls(client);
        await client.close();
      });
    }

    it('uses all workspaces where neither address nor token names one', async () => {
      const client = await connect(`${bench.origin}/mcp`);
      const { tools } = await client.listTools();
      assert.ok(tools.some(({ name }) => name === 'list_workspaces'));
      const listed = (await client.callTool({ name: 'list_workspaces', arguments: {} })) as Loose;
      assert.equal(listed.structuredContent.result[0].id, 'test');
      await client.close();
    });
  });
}

describe('the client of the transport of 2024', () => {
  it('lists 500 tools, calls and asks', async () => {
    for (const path of ['/api/mcp/w/test/sse', '/api/mcp/w/test/sse/']) {
      const client = await connectSse(bench.origin + path);
      await listsAndCalls(client);
      await client.close();
    }
  });
});
