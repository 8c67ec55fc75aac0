// Changes of a job's log and result, as the official client of the stateless era hears of them on a
// whole server; what nobody may hear of whose token does not reach the job.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type HeldJobs, startHeldJobs } from '../kit/held-jobs.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import type { Loose } from './kit.ts';

describe('a subscription to the resources of a job', () => {
  let server: TestServer;
  let held: HeldJobs;
  const clients: Loose[] = [];

  before(async () => {
    held = await startHeldJobs();
    server = await startTestServer();
    await server.op('folders.create', { name: 'team' });
    const script = { path: 'f/team/held', content: held.code, language: 'bun' };
    const { status } = await server.op('scripts.create', script);
    assert.ok(status < 300);
  });
  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await held.stop();
    await server.stop();
  });

  /** A client, and what it is told, one after the other. */
  async function connect(token: string, path = '/api/mcp/w/test/mcp') {
    const client: Loose = new Client(
      { name: 'test', version: '1' },
      { versionNegotiation: { mode: 'auto' } },
    );
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    const url = new URL(path, server.origin);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    clients.push(client);
    const told: string[] = [];
    let wake = (): void => undefined;
    client.setNotificationHandler('notifications/resources/updated', ({ params }: Loose) => {
      told.push(params.uri);
      wake();
    });
    const hears = async (uri: string): Promise<void> => {
      while (!told.includes(uri)) await new Promise<void>((resolve) => (wake = resolve));
    };
    return { client, told, hears };
  }

  async function start(): Promise<string> {
    const { body } = await server.op('jobs.run', { path: 'f/team/held', args: {} });
    return body.id;
  }

  it('is offered, acknowledged and told of the end of the job', async () => {
    const { client, hears } = await connect(await server.tokenWith(['mcp:all']));
    assert.deepEqual(client.getServerCapabilities().resources, {
      listChanged: true,
      subscribe: true,
    });
    const id = await start();
    const job = await held.next();
    const uri = `millrace://jobs/${id}/result`;
    const nothing = [
      'millrace://jobs/00000000-0000-7000-8000-000000000000/logs',
      'millrace://scripts/f/team/held',
      `millrace://jobs/${id}/code`,
      'nonsense',
    ];
    const subscription = await client.listen({ resourceSubscriptions: [uri, ...nothing] });
    assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: [uri] });
    job.release();
    await hears(uri);
    assert.ok((await client.readResource({ uri })).contents[0].text);
    await subscription.close();
  });

  it('names the workspace where the address has none', async () => {
    const { client, hears } = await connect(await server.tokenWith(['mcp:all']), '/mcp');
    const id = await start();
    const job = await held.next();
    const uri = `millrace://w/test/jobs/${id}/logs`;
    const { honoredFilter } = await client.listen({ resourceSubscriptions: [uri] });
    assert.deepEqual(honoredFilter, { resourceSubscriptions: [uri] });
    job.release();
    await hears(uri);
  });

  it('is not for tokens that cannot read jobs, and ends with its token', async () => {
    const id = await start();
    const job = await held.next();
    const uri = `millrace://jobs/${id}/logs`;
    const narrow = await connect(await server.tokenWith(['mcp:endpoints:listScripts']));
    const refused = await narrow.client.listen({ resourceSubscriptions: [uri] });
    assert.deepEqual(refused.honoredFilter, {});

    const token = await server.tokenWith(['mcp:all']);
    const { client, told } = await connect(token);
    const subscription = await client.listen({ resourceSubscriptions: [uri] });
    assert.deepEqual(subscription.honoredFilter, { resourceSubscriptions: [uri] });
    const { status } = await server.op('tokens.delete', { prefix: token.slice(0, 10) });
    assert.ok(status < 300);
    job.release();
    assert.equal(await subscription.closed, 'remote');
    assert.deepEqual(told, []);
  });
});
