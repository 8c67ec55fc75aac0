// Tokens in the addresses of MCP endpoints: where they are taken, where they are not, that nothing
// keeps them, and that an admin turns them off.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { modern } from './kit.ts';

describe('a token in an address', () => {
  let server: TestServer;
  let token: string;
  let plain: string;
  before(async () => {
    server = await startTestServer();
    token = await server.tokenWith(['mcp:all'], { inUrl: true });
    plain = await server.tokenWith(['mcp:all']);
  });
  after(() => server.stop());

  function list(query: string, more: Record<string, string> = {}): Promise<Response> {
    const { body, headers } = modern('tools/list');
    return server.fetch(`/api/mcp/w/${server.workspace}/mcp${query}`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...more,
      },
      body: JSON.stringify(body),
      token: null,
    });
  }

  it('is taken at MCP addresses, and nothing keeps or hands on the address', async () => {
    for (const each of [token, plain]) {
      const response = await list(`?token=${each}`);
      assert.equal(response.status, 200);
      assert.match(await response.text(), /createScript/);
      assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(response.headers.get('cache-control'), 'no-store');
    }
  });

  it('is refused beside a header, twice, and when it is wrong', async () => {
    const both = await list(`?token=${token}`, { authorization: `Bearer ${plain}` });
    assert.equal(both.status, 400);
    assert.equal((await list(`?token=${token}&token=${token}`)).status, 400);
    const other = token.endsWith('x') ? 'y' : 'x';
    assert.equal((await list(`?token=${token.slice(0, -1)}${other}`)).status, 401);
    assert.equal(
      (await list(`?token=${await server.tokenWith(['mcp:all', 'jobs:run'])}`)).status,
      401,
    );
  });

  it('is no good anywhere else', async () => {
    const { workspace } = server;
    const elsewhere = [
      '/api/users/whoami',
      `/api/w/${workspace}/scripts/list`,
      `/api/w/${workspace}/jobs/run_wait_result/p/f/examples/hello`,
      '/api/openapi.json',
      '/',
    ];
    for (const path of elsewhere) {
      const response = await server.fetch(`${path}?token=${token}`, { token: null });
      assert.ok([401, 403].includes(response.status) || path === '/' || path === elsewhere[3]);
      const location = response.headers.get('location') ?? '';
      assert.ok(!location.includes(token) && !(await response.text()).includes(token), path);
    }
    const byHeader = await server.fetch('/api/users/whoami', { token });
    assert.equal(byHeader.status, 403);
  });

  it('proves nothing to the authorization server', async () => {
    const query = `client_id=x&response_type=code&token=${token}`;
    const page = await server.fetch(`/authorize?${query}`, { token: null, redirect: 'manual' });
    assert.ok(page.status >= 400 || page.status === 303);
    assert.ok(!(page.headers.get('location') ?? '').includes(token));
    const asked = await server.fetch(`/introspect?token=${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '',
      token: null,
    });
    assert.ok(asked.status >= 400);
    assert.ok(!(await asked.text()).includes('"active":true'));
  });

  it('stands in no line of the log', () => {
    assert.ok(server.logLines.length > 0);
    assert.ok(!server.logLines.some((line) => line.includes(token) || line.includes(plain)));
  });

  it('is refused while an admin has turned such tokens off', async () => {
    assert.equal((await server.op('tokens.allowUrlTokens', { allowed: false })).status, 200);
    for (const each of [token, plain]) {
      const response = await list(`?token=${each}`);
      assert.equal(response.status, 403);
      assert.match(await response.text(), /no tokens in addresses/);
    }
    assert.equal((await list('', { authorization: `Bearer ${plain}` })).status, 200);
    await server.op('tokens.allowUrlTokens', { allowed: true });
    assert.equal((await list(`?token=${token}`)).status, 200);
  });
});
