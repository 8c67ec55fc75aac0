// The official SDK clients, of the older protocol and of the newer one, at the tools of services.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import * as httpV1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

type Loose = any;

const clientInfo = { name: 'sdk', version: '1' };

/** How each connects, and the protocol that it then speaks. */
const clients: Record<string, (url: URL, headers: Record<string, string>) => Promise<Loose>> = {
  'v1, 2025-11-25': async (url, headers) => {
    const client = new ClientV1(clientInfo);
    const transport = new httpV1.StreamableHTTPClientTransport(url, { requestInit: { headers } });
    await client.connect(transport);
    assert.equal(transport.protocolVersion, '2025-11-25');
    return client;
  },
  'v2, 2026-07-28': async (url, headers) => {
    const client = new Client(clientInfo, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28');
    return client;
  },
};

describe('clients of the official SDKs', () => {
  let server: TestServer;
  let jira: Jira;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    jira = await startJira();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await ok('services.enable', { name: 'jira', baseUrl: jira.origin });
    await ok('credentials.set', { service: 'jira', account: 'o@example.com', secret: 'own-key' });
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
  });

  for (const [name, connect] of Object.entries(clients)) {
    test(`A01 ${name}: lists the tools of a service and calls them`, async () => {
      const token = await server.tokenWith(['services:jira:read', 'services:jira:write']);
      const url = new URL(`/api/mcp/w/${server.workspace}/mcp`, server.origin);
      const client = await connect(url, { authorization: `Bearer ${token}` });
      try {
        const { tools } = await client.listTools();
        assert.deepEqual(
          tools.map((tool: Loose) => [tool.name, tool.annotations.readOnlyHint]),
          [
            ['jira_read_actions', true],
            ['jira_write_actions', false],
          ],
        );
        const call = (tool: string, args: object): Promise<Loose> =>
          client.callTool({ name: tool, arguments: args });
        const issue = { action: 'create_issue', project: 'PAY', summary: `By ${name}` };
        const { key } = (await call('jira_write_actions', issue)).structuredContent;
        const read = await call('jira_read_actions', { action: 'get_issue', issue_key: key });
        assert.equal(read.structuredContent.summary, `By ${name}`);
        assert.equal(JSON.parse(read.content[0].text).key, key);
        const refused = await call('jira_read_actions', { action: 'create_issue' });
        assert.equal(refused.isError, true);
        const rows = await ok('serviceAudit.list', { perPage: 3 });
        // Only the newer protocol says with each call who calls.
        const says = name.startsWith('v2') ? 'sdk/1' : 'node';
        assert.deepEqual(
          rows.map((row: Loose) => [row.subjectEmail, row.client, row.decision, row.reasonCode]),
          [
            [server.owner.email, says, 'refused', 'wrong_tool'],
            [server.owner.email, says, 'allowed', null],
            [server.owner.email, says, 'allowed', null],
          ],
        );
        assert.doesNotMatch(JSON.stringify(rows), new RegExp(`${token}|own-key|By v`));
      } finally {
        await client.close();
      }
    });
  }
});
