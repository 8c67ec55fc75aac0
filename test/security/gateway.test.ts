// The rows of the security list (`list.test.ts`) that are about services of others: what goes to
// them, where they may be, and what they may make a person open.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { modelAt } from '../mcp/model.ts';

const document = JSON.stringify({
  openapi: '3.0.0',
  info: { title: 'Things', version: '1' },
  paths: {
    '/things': { get: { operationId: 'list_things', summary: 'List.', responses: {} } },
  },
});
const ownKey = 'key-of-the-service';

describe('the security list, at services of others', () => {
  let server: TestServer;
  const heard: IncomingMessage[] = [];
  let answers: ((response: ServerResponse, request: IncomingMessage) => void)[] = [];
  const upstream = createServer((request, response) => {
    heard.push(request);
    const answer = answers.shift();
    if (answer) answer(response, request);
    else response.end('[]');
  });
  const origin = () => `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;

  async function op(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const things = (auth: object) => ({
    name: 'things',
    document,
    baseUrl: origin(),
    auth,
    actions: [{ name: 'list_things' }],
  });
  const bearer = { kind: 'key', header: 'authorization', prefix: 'Bearer ' };

  before(async () => {
    upstream.listen(0, '127.0.0.1');
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    await op('openapi.import', things(bearer));
    await op('credentials.set', { service: 'things', secret: ownKey });
  });
  after(async () => {
    await server?.stop();
    upstream.closeAllConnections();
    upstream.close();
  });

  it('1: no token of ours reaches a service, at a retry or a redirect neither', async () => {
    const token = await server.tokenWith(['services:things:read']);
    const model = modelAt(server, token);
    answers = [
      (response) => void response.writeHead(429, { 'retry-after': '0' }).end(),
      (response) => void response.end('[]'),
      (response) => void response.writeHead(307, { location: `${origin()}/elsewhere` }).end(),
    ];
    const call = () => model.call('things_read_actions', { action: 'list_things' });
    assert.notEqual((await call()).isError, true);
    assert.equal((await call()).isError, true);
    assert.equal(heard.length, 3, 'nobody followed the redirect');
    for (const { headers, url = '' } of heard) {
      assert.equal(headers.authorization, `Bearer ${ownKey}`);
      for (const ours of [token, server.token]) {
        assert.ok(!`${url} ${JSON.stringify(headers)}`.includes(ours));
      }
      assert.equal(headers.cookie, undefined);
    }
  });

  it('13: no service is inside the network unless the operator names it', async () => {
    const closed = await startTestServer();
    try {
      const earlier = heard.length;
      const said = async (name: string, input: object): Promise<any> =>
        (await closed.op(name, input)).body;
      await said('openapi.import', things({ kind: 'none' }));
      for (const address of [
        origin(),
        'http://[::1]:8080',
        'http://169.254.169.254',
        'http://10.1',
      ]) {
        await said('services.enable', { name: 'jira', baseUrl: address });
        await said('credentials.set', { service: 'jira', account: 'a@b.example', secret: 'k' });
        const read = { service: 'jira', action: 'get_issue', params: { issue_key: 'PAY-1' } };
        const { error } = await said('services.read', read);
        assert.equal(error.details.reason_code, 'upstream_unavailable', address);
        assert.match(error.message, /not on the public internet/);
        const [row] = await said('serviceAudit.list', { perPage: 1 });
        assert.deepEqual([row.id, row.decision], [error.details.audit_id, 'failed']);
        const { problem } = await said('upstreams.register', { name: 'own', address });
        assert.match(problem, /not on the public internet/);
      }
      const { error } = await said('services.read', { service: 'things', action: 'list_things' });
      assert.match(error.message, /not on the public internet/);
      assert.equal(heard.length, earlier, 'nothing was sent');
    } finally {
      await closed.stop();
    }
  });

  it('26: a person is sent to http addresses alone, whatever a service says', async () => {
    const app = { service: 'things', clientId: 'c', clientSecret: 's' };
    const fine = 'https://auth.example.com/x';
    for (const address of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd']) {
      for (const endpoints of [
        { authorize: address, token: fine },
        { authorize: fine, token: address },
      ]) {
        assert.equal((await server.op('credentials.setApp', { ...app, endpoints })).status, 400);
      }
      await op('openapi.import', things({ kind: 'oauth', issuer: origin(), scopes: ['x'] }));
      await op('credentials.setApp', { ...app, issuer: origin() });
      answers = Array.from({ length: 2 }, () => (response) => {
        const metadata = { issuer: origin(), authorization_endpoint: address };
        response.end(JSON.stringify({ ...metadata, token_endpoint: `${origin()}/token` }));
      });
      const { status, body } = await server.op('credentials.connect', { service: 'things' });
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(body.error.message, /authorization endpoint is no https address/);
      assert.equal(body.url, undefined);
    }
  });
});
