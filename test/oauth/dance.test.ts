// OAuth from the outside: how a client finds it, and the way from registering to being revoked.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, passLogin, password, redirectUri } from './kit.ts';

describe('OAuth', () => {
  let server: TestServer;
  let client: ReturnType<typeof createClient>;
  let mcp = '';
  const email = 'ann@example.com';

  before(async () => {
    server = await startTestServer();
    client = createClient(server);
    mcp = `${server.origin}/api/mcp/w/test/mcp`;
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
  });
  after(() => server?.stop());

  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
  const callMcp = (token: string | undefined, address = mcp) =>
    fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(list),
    });
  const json = async (path: string) => (await fetch(server.origin + path)).json() as Promise<any>;

  it('is found from the first refusal on', async () => {
    const refused = await callMcp(undefined);
    assert.equal(refused.status, 401);
    const challenge = refused.headers.get('www-authenticate') ?? '';
    const url = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? '';
    assert.match(challenge, /scope="mcp:all"/);
    assert.doesNotMatch(challenge, /error=/);
    const resource = (await (await fetch(url)).json()) as any;
    assert.deepEqual([resource.resource, resource.authorization_servers], [mcp, [server.origin]]);
    const places = [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server/api/mcp/w/test/mcp',
      '/.well-known/openid-configuration/mcp',
    ];
    for (const place of places) {
      const found = await json(place);
      assert.equal(found.issuer, server.origin, place);
      assert.equal(found.token_endpoint, `${server.origin}/token`);
      assert.deepEqual(found.code_challenge_methods_supported, ['S256']);
    }
    assert.equal(
      (await json('/.well-known/oauth-protected-resource')).resource,
      `${server.origin}/mcp`,
    );
    const none = await fetch(`${server.origin}/.well-known/oauth-protected-resource/nowhere`);
    assert.equal(none.status, 404);
  });

  it('goes from registering to being revoked', async () => {
    const clientId = await client.clientId();
    const tokens = await client.connect(email, { clientId, more: { resource: mcp } });
    assert.deepEqual([tokens.token_type, tokens.scope], ['Bearer', 'mcp:all']);
    const listed = await callMcp(tokens.access_token);
    assert.equal(listed.status, 200, await listed.text());

    const elsewhere = await callMcp(tokens.access_token, `${server.origin}/api/mcp/w/other/mcp`);
    assert.equal(elsewhere.status, 401);
    const rest = await fetch(`${server.origin}/api/w/test/users/whoami`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    assert.equal(rest.status, 403);

    const again = await client.refresh(clientId, tokens.refresh_token);
    assert.equal(again.status, 200, JSON.stringify(again.body));
    assert.notEqual(again.body.access_token, tokens.access_token);
    assert.equal((await callMcp(again.body.access_token)).status, 200);
    // Two processes may share a refresh token: the second one comes within the time of grace.
    assert.equal((await client.refresh(clientId, tokens.refresh_token)).status, 200);

    const known = await client.introspect(clientId, again.body.access_token);
    assert.deepEqual([known.body.active, known.body.client_id], [true, clientId]);
    assert.equal((await client.revoke(clientId, again.body.refresh_token)).status, 200);
    assert.equal((await callMcp(again.body.access_token)).status, 401);
    const dead = await client.refresh(clientId, again.body.refresh_token);
    assert.deepEqual([dead.status, dead.body.error], [400, 'invalid_grant']);
  });

  it('B01 is good at every name of the endpoint, and at no other endpoint', async () => {
    const clientId = await client.clientId();
    const resource = `${server.origin}/mcp`;
    const { access_token: token } = await client.connect(email, { clientId, more: { resource } });
    for (const name of ['/mcp', '/mcp/', '/api/mcp', '/api/mcp/gateway']) {
      assert.equal((await callMcp(token, server.origin + name)).status, 200, name);
    }
    assert.equal((await callMcp(token)).status, 401);
  });

  it('asks who one is, shows who asks, and takes no for an answer', async () => {
    const clientId = await client.clientId();
    const browser = createBrowser();
    const { url } = client.authorizeUrl(clientId);
    const login = await browser.go(url);
    assert.equal(new URL(login.url).pathname, '/login');
    const consent = await passLogin(browser, login, email);
    assert.match(consent.body, /Trial wants to connect/);
    assert.match(consent.body, /ann@example\.com/);
    assert.match(consent.body, /127\.0\.0\.1:43210/);
    const back = await browser.submit(consent, { decision: 'deny' });
    const { searchParams } = new URL(back.url);
    assert.ok(back.url.startsWith(redirectUri));
    assert.deepEqual(
      [searchParams.get('error'), searchParams.get('state'), searchParams.get('iss')],
      ['access_denied', 'st', server.origin],
    );
    const foreign = await createBrowser().go(consent.url);
    assert.equal(foreign.status, 410, foreign.body);
  });

  it('a person may let a client look into folders, and change nothing there', async () => {
    const clientId = await client.clientId();
    const choices = { access: 'folders', 'folder:f/examples': 'on', readOnly: 'on' };
    const { access_token: token } = await client.connect(email, { clientId, choices });
    const { body: login } = await server.op('session.login', { email, password }, 'none');
    const { body: connections } = await server.op('connections.list', {}, login.token);
    const [connection] = connections.filter((one: any) => one.clientId === clientId);
    assert.equal(connection.readOnly, true);
    assert.ok(connection.scopes.includes('mcp:scripts:f/examples/*'), `${connection.scopes}`);
    const { result } = (await (await callMcp(token)).json()) as any;
    const names = result.tools.map((tool: any) => tool.name);
    assert.ok(names.includes('getScriptByPath'));
    assert.ok(!names.some((name: string) => /^s-|^create|^run/.test(name)), names.join(' '));
  });
});
