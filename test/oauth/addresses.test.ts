// The other names of OAuth's addresses, what a request says of the host, and how often the
// endpoints answer.
import assert from 'node:assert/strict';
import { request as ask } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import { type MovingClock, movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, mcpStatus, passLogin, password, redirectUri } from './kit.ts';

const email = 'ann@example.com';

async function startWithAnn(
  env: Record<string, string> = {},
  more: { clock?: MovingClock } = {},
): Promise<TestServer> {
  const server = await startTestServer(env, more);
  await server.op('users.create', { email, password });
  await server.op('members.add', { email, username: 'ann', role: 'developer' });
  return server;
}

describe('addresses of OAuth', () => {
  let server: TestServer;
  let client: ReturnType<typeof createClient>;
  before(async () => {
    server = await startWithAnn();
    client = createClient(server);
  });
  after(() => server?.stop());

  const issuers: [string, string][] = [
    ['/api/w/test/mcp/oauth/server', '/api/mcp/w/test/mcp'],
    ['/api/mcp/gateway/oauth/server', '/api/mcp/gateway'],
  ];
  for (const [issuer, audience] of issuers) {
    it(`${issuer} is another name`, async () => {
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        const places = [`/.well-known/${name}${issuer}`, `${issuer}/.well-known/${name}`];
        for (const place of places) {
          const found = (await (await fetch(server.origin + place)).json()) as any;
          assert.equal(found.token_endpoint, `${server.origin}/token`, place);
        }
      }
      const register = await fetch(`${server.origin}/api/mcp/oauth/server/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: issuer, redirect_uris: [redirectUri] }),
      });
      assert.equal(register.status, 201);
      const { client_id: clientId } = (await register.json()) as any;

      const { url, verifier } = client.authorizeUrl(clientId);
      const browser = createBrowser();
      const login = await browser.go(url.replace('/authorize', `${issuer}/authorize`));
      const consent = await passLogin(browser, login, email);
      const back = new URL((await browser.submit(consent)).url);
      const fields = {
        grant_type: 'authorization_code',
        client_id: clientId,
        code: back.searchParams.get('code') ?? '',
        code_verifier: verifier,
        redirect_uri: redirectUri,
      };
      const body = new URLSearchParams(fields);
      const answer = await fetch(`${server.origin}${issuer}/token`, { method: 'POST', body });
      const tokens = (await answer.json()) as any;
      assert.equal(answer.status, 200, JSON.stringify(tokens));
      const known = await client.introspect(clientId, tokens.access_token);
      assert.equal(known.body.aud, server.origin + audience);
      const again = await fetch(`${server.origin}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: clientId,
          refresh_token: tokens.refresh_token,
        }),
      });
      assert.equal(again.status, 200, await again.text());
    });
  }

  it('the issuer is what it is, whatever a request says of the host', async () => {
    const documentWith = (headers: Record<string, string>): Promise<[number, string]> =>
      new Promise((resolve, reject) => {
        const url = `${server.origin}/.well-known/oauth-authorization-server`;
        ask(url, { headers }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.once('end', () => resolve([response.statusCode ?? 0, text]));
        })
          .once('error', reject)
          .end();
      });
    const [status] = await documentWith({ host: 'evil.example' });
    assert.equal(status, 403);
    const lies: Record<string, string>[] = [
      { host: 'localhost:9' },
      { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      { forwarded: 'host=evil.example;proto=https' },
      { 'x-forwarded-prefix': '/evil', 'x-original-url': '/evil' },
    ];
    for (const headers of lies) {
      const [found, text] = await documentWith(headers);
      assert.equal(found, 200);
      assert.equal(JSON.parse(text).issuer, server.origin);
      assert.doesNotMatch(text, /evil|:9\b/);
    }
    const clientId = await client.clientId();
    const { url } = client.authorizeUrl(clientId, { code_challenge_method: 'plain' });
    const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    const refused = await fetch(url, { headers, redirect: 'manual' });
    const location = new URL(refused.headers.get('location') ?? '');
    assert.equal(location.searchParams.get('iss'), server.origin);
  });

  it('a request of a browser elsewhere is answered, without cookies', async () => {
    const headers = { origin: 'https://app.example.com' };
    for (const path of ['/.well-known/oauth-authorization-server', '/token', '/register']) {
      const method = path.startsWith('/.') ? 'GET' : 'OPTIONS';
      const { headers: said } = await fetch(server.origin + path, { method, headers });
      assert.equal(said.get('access-control-allow-origin'), '*', path);
      assert.equal(said.get('access-control-allow-credentials'), null, path);
    }
  });

  it('a large body is refused in the form that programs read', async () => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', x: 'x'.repeat(70_000) });
    for (const path of ['/token', '/revoke', '/introspect']) {
      const answer = await fetch(server.origin + path, { method: 'POST', body });
      assert.equal(answer.status, 413, path);
      assert.equal(((await answer.json()) as any).error, 'invalid_request');
    }
  });
});

describe('limits of OAuth', () => {
  let server: TestServer;
  let clock: MovingClock;
  before(async () => {
    clock = movingClock();
    server = await startWithAnn({ MILLRACE_ANONYMOUS_RATE: '20' }, { clock });
  });
  after(() => server?.stop());

  const tooMany = async (response: Response): Promise<void> => {
    assert.equal(response.status, 429);
    const wait = Number(response.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 60, String(wait));
    assert.equal(response.headers.get('location'), null);
  };
  const post = (path: string, fields: Record<string, string>) =>
    fetch(server.origin + path, { method: 'POST', body: new URLSearchParams(fields) });
  const guess = (clientId: string) =>
    post('/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: 'x' });

  it('one address registers so often, and again after a while', async () => {
    const register = () =>
      fetch(`${server.origin}/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ redirect_uris: [redirectUri] }),
      });
    for (let count = 0; count < 20; count += 1) assert.equal((await register()).status, 201);
    const refused = await register();
    await tooMany(refused);
    assert.equal(((await refused.json()) as any).error, 'temporarily_unavailable');
    clock.pass(60_000);
    assert.equal((await register()).status, 201);
  });

  it('one address begins so many consents; the refusal is a page', async () => {
    const client = createClient(server);
    const { url } = client.authorizeUrl(await client.clientId());
    for (let count = 0; count < 20; count += 1) {
      assert.equal((await fetch(url, { redirect: 'manual' })).status, 303);
    }
    const refused = await fetch(url, { redirect: 'manual' });
    await tooMany(refused);
    assert.match(refused.headers.get('content-type') ?? '', /^text\/html/);
  });

  it('wrong tokens are counted for each client, and tokens that are good still work', async () => {
    const client = createClient(server);
    clock.pass(60_000);
    const clientId = await client.clientId();
    const tokens = await client.connect(email, { clientId });
    clock.pass(60_000);
    for (let count = 0; count < 20; count += 1) assert.ok((await guess('nobody')).status < 429);
    const refused = await guess('nobody');
    await tooMany(refused);
    assert.equal(((await refused.json()) as any).error, 'temporarily_unavailable');
    assert.equal(await mcpStatus(server, tokens.access_token), 200);
    clock.pass(60_000);
    assert.equal((await client.refresh(clientId, tokens.refresh_token)).status, 200);
  });
});
