// The official clients of both generations against the endpoint alone: connect, list, call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import * as v1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type Bench, type Loose, script, startBench } from './kit.ts';

let bench: Bench;
before(async () => {
  bench = await startBench(
    {
      'f/team/greet': ({ name }) => ({ hello: name }),
      'u/bob/throws': () => {
        throw new RangeError('too far');
      },
    },
    { scripts: [script('f/team/greet'), script('u/bob/throws', { schema: {} })] },
  );
});
after(() => bench.stop());

interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(params: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  getServerVersion(): { name: string } | undefined;
  getInstructions(): string | undefined;
  close(): Promise<void>;
}

const requestInit = { headers: { authorization: 'Bearer all' } };
const identity = { name: 'test', version: '1' };

async function connectV2(mode: 'legacy' | 'auto'): Promise<Loose> {
  const client = new Client(identity, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(bench.url), { requestInit }));
  return client;
}

async function connectV1(): Promise<Loose> {
  const client = new ClientV1(identity);
  await client.connect(new v1.StreamableHTTPClientTransport(new URL(bench.url), { requestInit }));
  return client;
}

const clients: [string, () => Promise<AnyClient>][] = [
  ['v1 client', connectV1],
  ['v2 client, handshake era', () => connectV2('legacy')],
  ['v2 client, negotiated', () => connectV2('auto')],
];

for (const [what, connect] of clients) {
  test(`${what}: connects, lists and calls`, async () => {
    const client = await connect();
    assert.equal(client.getServerVersion()?.name, 'millrace');
    assert.match(client.getInstructions() ?? '', /waitJob/);
    const { tools } = await client.listTools();
    assert.ok(tools.some(({ name }) => name === 's-f_team_greet'));
    const greeted = (await client.callTool({
      name: 's-f_team_greet',
      arguments: { name: 'Ann' },
    })) as Loose;
    assert.deepEqual(greeted.structuredContent, { hello: 'Ann' });
    const failed = (await client.callTool({ name: 's-u_bob_throws', arguments: {} })) as Loose;
    assert.equal(failed.isError, true);
    assert.match(failed.content[0].text, /RangeError: too far/);
    await assert.rejects(client.callTool({ name: 'nope' }), /no tool "nope"/);
    await client.close();
  });
}

test('the negotiated client speaks the stateless era', async () => {
  const client = new Client(identity, { versionNegotiation: { mode: 'auto' } });
  const transport = new StreamableHTTPClientTransport(new URL(bench.url), { requestInit });
  await client.connect(transport);
  assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
  await client.close();
});
