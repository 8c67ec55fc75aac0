// What clients register with: the bodies that real ones send, what no client may have, the same
// twice, and clients that an admin makes known.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import { type MovingClock, movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, passLogin, password, redirectUri } from './kit.ts';

const grants = ['authorization_code', 'refresh_token'];

/** As the clients send them. */
const realBodies: Readonly<Record<string, Record<string, unknown>>> = {
  'Claude Code': {
    client_name: 'Claude Code (millrace)',
    redirect_uris: ['http://localhost:54545/callback'],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    scope: 'mcp:all mcp:favorites offline_access',
  },
  Claude: {
    client_name: 'Claude',
    redirect_uris: [
      'https://claude.ai/api/mcp/auth_callback',
      'https://claude.com/api/mcp/auth_callback',
    ],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
    scope: 'claudeai',
  },
  Cursor: {
    client_name: 'Cursor',
    application_type: 'web',
    redirect_uris: [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
    ],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  'VS Code': {
    client_name: 'Visual Studio Code',
    client_uri: 'https://code.visualstudio.com',
    redirect_uris: [
      'https://insiders.vscode.dev/redirect',
      'https://vscode.dev/redirect',
      'http://127.0.0.1/',
      'http://127.0.0.1:33418/',
    ],
    grant_types: [...grants, 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    scope: 'mcp:all offline_access',
  },
  Codex: {
    client_name: 'Codex',
    redirect_uris: ['http://127.0.0.1:41999/callback'],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    scope: 'openid profile mcp:all',
  },
  ChatGPT: {
    client_name: 'ChatGPT',
    redirect_uris: ['https://chatgpt.com/connector/oauth/Ab3dE'],
    grant_types: grants,
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    logo_uri: 'http://169.254.169.254/logo.png',
    jwks_uri: 'http://127.0.0.1/jwks',
    contacts: ['nobody'],
  },
  'the least': { redirect_uris: ['https://example.com/callback'] },
};

/** Where nobody may be sent. */
const refusedUris = [
  'javascript:alert(1)',
  'JavaScript://localhost/%0aalert(1)',
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://example.com/1',
  'http://example.com/callback',
  'http://localhost.example.com/callback',
  'http://127.0.0.1.example.com/callback',
  'http://127.0.0.1@example.com/callback',
  'http://2130706433.example.com/callback',
  'http://0.0.0.0/callback',
  'http://10.0.0.1/callback',
  'https://user:pass@example.com/callback',
  'https://user@example.com/callback',
  'https://@example.com/callback',
  'https://example.com/callback#part',
  'https://example.com/callback#',
  'https://example.com/a b',
  'https://example.com\\@evil.example/',
  ' https://example.com/',
  'https://',
  'callback',
  '//example.com/callback',
  'mailto:ann@example.com',
  'x:y',
  '',
  7,
  null,
];

describe('registration of OAuth clients', () => {
  let server: TestServer;
  let client: ReturnType<typeof createClient>;
  let clock: MovingClock;
  const email = 'ann@example.com';

  before(async () => {
    clock = movingClock();
    server = await startTestServer({ MILLRACE_ANONYMOUS_RATE: '0' }, { clock });
    client = createClient(server);
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
  });
  after(() => server?.stop());

  const authorize = (clientId: string, uri: string) => {
    const { url } = client.authorizeUrl(clientId, { redirect_uri: uri });
    return fetch(url, { redirect: 'manual' });
  };

  for (const [name, metadata] of Object.entries(realBodies)) {
    it(`${name} registers, and comes as far as the consent`, async () => {
      const { status, body } = await client.register(metadata);
      assert.equal(status, 201, JSON.stringify(body));
      assert.equal(body.token_endpoint_auth_method, 'none');
      assert.equal(body.client_secret, undefined);
      assert.deepEqual(body.redirect_uris, metadata['redirect_uris']);
      assert.ok(body.client_id_issued_at > 0);
      for (const leftOut of ['logo_uri', 'jwks_uri', 'scope', 'contacts']) {
        assert.ok(!(leftOut in body), leftOut);
      }
      for (const uri of metadata['redirect_uris'] as string[]) {
        const answer = await authorize(body.client_id, uri);
        assert.equal(answer.status, 303, uri);
        assert.match(answer.headers.get('location') ?? '', /^\/oauth\/consent\//, uri);
      }
    });
  }

  it('refuses addresses that no client may have, when it registers', async () => {
    for (const uri of refusedUris) {
      const { status, body } = await client.register({ redirect_uris: [uri] });
      assert.deepEqual([status, body.error], [400, 'invalid_redirect_uri'], String(uri));
      const among = await client.register({ redirect_uris: ['https://example.com/', uri] });
      assert.equal(among.status, 400, String(uri));
    }
  });

  it('B02 sends nobody to another address than the registered one', async () => {
    const uris = ['https://app.example.com/callback', 'http://127.0.0.1:5000/callback'];
    const { body } = await client.register({ client_name: 'Exact', redirect_uris: uris });
    const others = [
      ...refusedUris.filter((uri) => typeof uri === 'string'),
      'https://app.example.com/callback/',
      'https://app.example.com/callback/..',
      'https://app.example.com/callback/../callback',
      'https://app.example.com/callback?x=1',
      'https://app.example.com/CALLBACK',
      'https://app.example.com:8443/callback',
      'https://app.example.com/%63allback',
      'https://app.example.com.evil.example/callback',
      'https://evil.example/?https://app.example.com/callback',
      'https://user@app.example.com/callback',
      'https://app.example.com/callback#x',
      'http://app.example.com/callback',
      'http://127.0.0.1:5000/callback/more',
      'http://127.0.0.1:5000/callback?x=1',
      'http://evil@127.0.0.1:5000/callback',
      'http://127.0.0.1:5000@evil.example/callback',
      'http://127.0.0.1:5000.evil.example/callback',
      'https://127.0.0.1:5000/callback',
      'http://localhost:5000/callback',
      'http://127.1:5000/callback',
      'http://[::ffff:127.0.0.1]:5000/callback',
    ];
    for (const uri of others) {
      const answer = await authorize(body.client_id, uri);
      const text = await answer.text();
      assert.equal(answer.status, 400, `${uri} ${answer.headers.get('location')}`);
      assert.equal(answer.headers.get('location'), null, uri);
      assert.doesNotMatch(text, /javascript:|<script/i, uri);
    }
    const anyPort = await authorize(body.client_id, 'http://127.0.0.1:61234/callback');
    assert.equal(anyPort.status, 303, 'RFC 8252 section 7.3: programs take a free port');
  });

  it('refuses what is no registration', async () => {
    const bodies = [null, 7, 'x', [], {}, { redirect_uris: [] }, { redirect_uris: 'https://a.b/' }];
    for (const body of [...bodies, { redirect_uris: Array(21).fill('https://example.com/') }]) {
      const { status } = await client.register(body);
      assert.equal(status, 400, JSON.stringify(body));
    }
    const headers = { 'content-type': 'application/json' };
    const url = `${server.origin}/register`;
    const broken = await fetch(url, { method: 'POST', headers, body: '{"redirect_uris"' });
    assert.equal(broken.status, 400);
    const body = JSON.stringify({ redirect_uris: ['https://a.b/'], x: 'x'.repeat(70_000) });
    const large = await fetch(url, { method: 'POST', headers, body });
    assert.equal(large.status, 413);
    assert.equal(((await large.json()) as any).error, 'invalid_request');
  });

  it('takes the same registration twice within minutes for one client', async () => {
    const metadata = { client_name: 'Twice', redirect_uris: ['http://localhost:7000/callback'] };
    const first = await client.register(metadata);
    const again = await client.register({ ...metadata, software_version: '2' });
    assert.deepEqual(again.body, first.body);
    const other = await client.register({ ...metadata, client_name: 'Thrice' });
    assert.notEqual(other.body.client_id, first.body.client_id);
    clock.pass(11 * 60_000);
    const later = await client.register(metadata);
    assert.notEqual(later.body.client_id, first.body.client_id);
    const known = await authorize(first.body.client_id, 'http://localhost:7000/callback');
    assert.equal(known.status, 303, 'the first one is still known');
  });

  it('shows nothing on the consent page that a name could smuggle in', async () => {
    const name = '<b>Bank</b>\u202e\u0000\n"><script>alert(1)</script>';
    const { body } = await client.register({ client_name: name, redirect_uris: [redirectUri] });
    const browser = createBrowser();
    const login = await browser.go(client.authorizeUrl(body.client_id).url);
    const page = await passLogin(browser, login, email);
    assert.match(page.body, /&lt;b&gt;Bank/);
    assert.doesNotMatch(page.body, /<b>Bank|<script|\u202e/);
  });

  it('an admin makes a client known, with a secret that is shown once', async () => {
    const wanted = { name: 'Company portal', redirectUris: [redirectUri], secret: true };
    const made = await server.op('oauthClients.create', wanted);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { id, secret } = made.body;
    const listed = await server.op('oauthClients.list');
    assert.deepEqual(
      listed.body.map((each: any) => [each.id, each.name, each.hasSecret]),
      [[id, 'Company portal', true]],
    );
    assert.ok(!JSON.stringify(listed.body).includes(secret));
    assert.ok(!server.logLines.some((line) => line.includes(secret)));
    const audit = await server.op('audit.list', {});
    assert.ok(!JSON.stringify(audit.body).includes(secret));

    const codeOf = async () => {
      const browser = createBrowser();
      const { url, verifier } = client.authorizeUrl(id);
      const consent = await passLogin(browser, await browser.go(url), email);
      const back = new URL((await browser.submit(consent)).url);
      return { code: back.searchParams.get('code') ?? '', code_verifier: verifier };
    };
    const without = await client.code({ client_id: id, ...(await codeOf()) });
    assert.deepEqual([without.status, without.body.error], [401, 'invalid_client']);
    const wrong = await client.code({
      client_id: id,
      client_secret: `${secret}x`,
      ...(await codeOf()),
    });
    assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
    const right = await client.code({ client_id: id, client_secret: secret, ...(await codeOf()) });
    assert.equal(right.status, 200, JSON.stringify(right.body));
    const basic = await fetch(`${server.origin}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: right.body.refresh_token,
      }),
    });
    assert.equal(basic.status, 200, await basic.text());

    const login = await server.op('session.login', { email, password }, 'none');
    for (const name of ['create', 'list', 'delete']) {
      const input = name === 'create' ? wanted : name === 'delete' ? { id } : {};
      const refused = await server.op(`oauthClients.${name}`, input, login.body.token);
      assert.equal(refused.status, 403, name);
    }
    const bad = { ...wanted, redirectUris: ['javascript:alert(1)'] };
    assert.equal((await server.op('oauthClients.create', bad)).status, 400);

    assert.equal((await server.op('oauthClients.delete', { id })).status, 200);
    assert.equal((await server.op('oauthClients.delete', { id })).status, 404);
    assert.equal((await server.op('connections.list', {}, login.body.token)).body.length, 0);
    const gone = await client.refresh(id, right.body.refresh_token);
    assert.deepEqual([gone.status, gone.body.error], [401, 'invalid_client']);
  });
});
