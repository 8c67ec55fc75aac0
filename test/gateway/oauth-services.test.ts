// The services of the product know where their OAuth is: an admin gives an app, and people agree.
// Where each sends them, and the whole way at a provider that stands in for all of them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import {
  agree,
  client,
  type IdentityProvider,
  startIdentityProvider,
} from '../kit/identity-provider.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

type Browser = ReturnType<typeof createBrowser>;

interface Known {
  /** Where people are sent. */
  at: string;
  /** Some of what is asked for. */
  scopes: string[];
  with?: Record<string, string>;
  baseUrl?: string;
  /** A read that takes nothing. */
  read: { action: string; params?: object };
}

const google = {
  at: 'https://accounts.google.com/o/oauth2/v2/auth',
  with: { access_type: 'offline', prompt: 'consent' },
};
const scopeOfGoogle = (name: string): string => `https://www.googleapis.com/auth/${name}`;
const known: Record<string, Known> = {
  google_workspace: {
    ...google,
    scopes: ['openid', ...['gmail.modify', 'calendar', 'drive', 'documents'].map(scopeOfGoogle)],
    read: { action: 'drive_files_list' },
  },
  bigquery: {
    ...google,
    scopes: ['email', scopeOfGoogle('bigquery')],
    read: { action: 'list_projects' },
  },
  slack: {
    at: 'https://slack.com/oauth/v2_user/authorize',
    scopes: ['search:read', 'chat:write', 'channels:history', 'users:read.email'],
    read: { action: 'whoami' },
  },
  github: {
    at: 'https://github.com/login/oauth/authorize',
    scopes: ['repo', 'read:org'],
    read: { action: 'list_repositories' },
  },
  gitlab: {
    at: 'https://git.example.com/oauth/authorize',
    scopes: ['api'],
    baseUrl: 'https://git.example.com',
    read: { action: 'list_projects' },
  },
  notion: {
    at: 'https://api.notion.com/v1/oauth/authorize',
    scopes: [],
    with: { owner: 'user' },
    read: { action: 'list_users' },
  },
  jira: {
    at: 'https://auth.atlassian.com/authorize',
    scopes: ['read:jira-work', 'offline_access'],
    with: { audience: 'api.atlassian.com', prompt: 'consent' },
    baseUrl: 'https://api.atlassian.com/ex/jira/11111111-2222-3333-4444-555555555555',
    read: { action: 'list_projects' },
  },
};

describe('OAuth of the services of the product', () => {
  let server: TestServer;
  let idp: IdentityProvider;
  let browser: Browser;

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  async function press(service: string, verb: 'connect' | 'share' = 'connect'): Promise<string> {
    const body = new URLSearchParams({ [verb]: `test/${service}` }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const page = await browser.go(`${server.origin}/services`, { method: 'POST', headers, body });
    assert.equal(page.status, 200, page.body);
    return (/href="(http[^"]*client_id[^"]*)"/.exec(page.body)?.[1] ?? '').replaceAll('&amp;', '&');
  }
  const app = { clientId: client.id, clientSecret: client.secret };
  const endpoints = (): object => ({
    authorize: `${idp.issuer}/auth`,
    token: `${idp.issuer}/token`,
    revoke: `${idp.issuer}/token/revocation`,
    clientAuth: 'basic',
  });

  before(async () => {
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    const names = Object.keys(known);
    idp = await startIdentityProvider(
      names.map((name) => `${server.origin}/auth/services/${name}/callback`),
    );
    browser = createBrowser();
    await browser.submit(await browser.go(`${server.origin}/login`), server.owner);
  });
  after(async () => {
    await server?.stop();
    await idp?.stop();
  });

  for (const [service, { at, scopes, with: more = {}, baseUrl, read }] of Object.entries(known)) {
    test(`${service}: an app is enough to know where to agree, and to what`, async () => {
      await ok('services.enable', { name: service, ...(baseUrl && { baseUrl }) });
      await ok('credentials.setApp', { service, ...app });
      const url = new URL(await press(service));
      assert.equal(url.origin + url.pathname, at);
      const asked = url.searchParams;
      const given = asked.get('scope')?.split(' ') ?? [];
      for (const scope of scopes) assert.ok(given.includes(scope), `${scope} in ${String(given)}`);
      for (const [name, value] of Object.entries(more)) assert.equal(asked.get(name), value);
      const callback = `${server.origin}/auth/services/${service}/callback`;
      assert.deepEqual([asked.get('client_id'), asked.get('redirect_uri')], [client.id, callback]);
    });

    test(`${service}: a person agrees, and calls with their own token`, async () => {
      await ok('services.enable', { name: service, baseUrl: `${idp.issuer}/api` });
      const said = { service, ...app, endpoints: endpoints(), scopes: ['openid', 'email'] };
      await ok('credentials.setApp', said);
      await browser.go(await agree(browser, await press(service), 'ann@idp.example'));
      const mine = (await ok('credentials.list')).find((one: any) => one.service === service);
      assert.deepEqual([mine.kind, mine.account], ['oauth', 'ann@idp.example']);
      assert.notEqual(mine.expiresAt, null);
      idp.seen.length = 0;
      await server.op('services.read', { service, ...read });
      assert.ok((idp.seen[0]?.token.length ?? 0) > 20, service);
    });
  }

  test('a service at another address has no tokens of the known one', async () => {
    const elsewhere = 'https://github.example.com/api/v3';
    await ok('services.enable', { name: 'github', baseUrl: elsewhere });
    const { status, body } = await server.op('credentials.setApp', { service: 'github', ...app });
    assert.equal(status, 400);
    assert.match(body.error.hint, /Give issuer, or endpoints/);
    await ok('services.enable', { name: 'jira', baseUrl: 'https://example.atlassian.net' });
    const jira = await server.op('credentials.setApp', { service: 'jira', ...app });
    assert.match(jira.body.error.hint, /https:\/\/api\.atlassian\.com/);
  });

  test('an admin agrees once for everybody; only admins see the button', async () => {
    const who = { email: 'bo@example.com', password: 'correct horse battery' };
    await ok('users.create', who);
    await ok('members.add', { email: who.email, username: 'bo', role: 'developer' });
    const bo = (await server.op('session.login', who, '')).body.token;
    const call = { service: 'gitlab', ...known['gitlab']?.read };
    const reason = async (): Promise<string> =>
      (await server.op('services.read', call, bo)).body.error?.details?.reason_code;
    assert.equal(await reason(), 'auth_required');
    assert.equal(
      (await server.op('credentials.connectShared', { service: 'gitlab' }, bo)).status,
      403,
    );
    await browser.go(await agree(browser, await press('gitlab', 'share'), 'ann@idp.example'));
    idp.seen.length = 0;
    assert.notEqual(await reason(), 'auth_required');
    assert.ok((idp.seen[0]?.token.length ?? 0) > 20);
    const rows = (await ok('credentials.list', {}, bo)) as any[];
    const shared = rows.find((one) => one.service === 'gitlab');
    assert.deepEqual([shared.shared, shared.kind], [true, 'oauth']);
    assert.match((await browser.go(`${server.origin}/services`)).body, /for everybody with GitLab/);
    const other = createBrowser();
    await other.submit(await other.go(`${server.origin}/login`), who);
    const page = await other.go(`${server.origin}/services`);
    assert.doesNotMatch(page.body, /name="share"/);
    assert.match(page.body, /connected by an admin, for everybody/);
    const revoked = idp.revoked;
    await ok('credentials.removeShared', { service: 'gitlab' });
    assert.equal(idp.revoked, revoked + 1);
    assert.equal(await reason(), 'auth_required');
  });
});
