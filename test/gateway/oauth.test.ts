// People connect services by a consent: the whole dance against a real identity provider, on two
// servers over one database, with tokens that end, rotate and are taken back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { createBrowser } from '../kit/browser.ts';
import {
  agree,
  client,
  document,
  type IdentityProvider,
  startIdentityProvider,
} from '../kit/identity-provider.ts';
import { type MovingClock, movingClock } from '../kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

type Browser = ReturnType<typeof createBrowser>;

const ann = { email: 'ann@example.com', password: 'correct horse battery' };
const read = { service: 'items', action: 'list_items' };

describe('consents at services', () => {
  let server: TestServer;
  let other: TestServer;
  let clock: MovingClock;
  let idp: IdentityProvider;
  let browser: Browser;
  let annToken: string;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }

  async function logIn(who: { email: string; password: string }): Promise<Browser> {
    const made = createBrowser();
    await made.submit(await made.go(`${server.origin}/login`), who);
    return made;
  }

  /** The button on the page; answers where it leads. */
  async function press(as: Browser): Promise<string> {
    const body = new URLSearchParams({ connect: 'test/items' }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const page = await as.go(`${server.origin}/services`, { method: 'POST', headers, body });
    assert.equal(page.status, 200, page.body);
    return (/href="(http[^"]*\/auth\?[^"]*)"/.exec(page.body)?.[1] ?? '').replaceAll('&amp;', '&');
  }

  /** Up to the address that the provider sends the person back to. */
  const returning = async (as: Browser, login = 'ann@idp.example'): Promise<string> =>
    agree(as, await press(as), login);

  async function call(token?: string, at = server): Promise<any> {
    return (await at.op('services.read', read, token)).body;
  }
  const reasonOf = (body: any): string => body.error?.details?.reason_code;
  const refreshes = (): number => idp.grants.filter((one) => one === 'refresh_token').length;
  const own = async (): Promise<any> =>
    (await ok('credentials.list')).find((one: any) => one.service === 'items');

  before(async () => {
    clock = movingClock();
    const env = { MILLRACE_EGRESS_ALLOW: '127.0.0.1' };
    server = await startTestServer(env, { clock });
    other = await startTestServer(env, { clock, beside: server });
    const callbacks = [server, other].map(({ origin }) => `${origin}/auth/services/items/callback`);
    idp = await startIdentityProvider(callbacks);
    await ok('users.create', ann);
    await ok('members.add', { email: ann.email, username: 'ann', role: 'operator' });
    annToken = (await server.op('session.login', ann, '')).body.token;
    await ok('openapi.import', {
      name: 'items',
      document,
      baseUrl: idp.issuer,
      auth: { kind: 'oauth', issuer: idp.issuer, scopes: ['openid', 'email'] },
      actions: [{ name: 'list_items' }, { name: 'add_item' }],
    });
    browser = await logIn(server.owner);
  });
  after(async () => {
    await other?.stop();
    await server?.stop();
    await idp?.stop();
  });

  test('an admin stores the app of the customer; nobody reads its secret again', async () => {
    const app = { service: 'items', clientId: client.id, clientSecret: client.secret };
    const made = await ok('credentials.setApp', app);
    assert.equal(made.callback, `${server.origin}/auth/services/items/callback`);
    const listed = await ok('credentials.listApps');
    assert.deepEqual([listed.length, listed[0].clientId], [1, client.id]);
    assert.ok(!JSON.stringify([made, listed]).includes(client.secret));
    assert.equal((await server.op('credentials.setApp', app, annToken)).status, 403);
    const plain = { ...app, issuer: 'http://idp.example.com' };
    assert.equal((await server.op('credentials.setApp', plain)).status, 400);
  });

  test('a missing connection says where to connect, and the call works right after', async () => {
    const refused = await call();
    assert.equal(reasonOf(refused), 'auth_required');
    const { connect_url: link } = refused.error.details;
    assert.equal(link, `${server.origin}/services?workspace=test&service=items`);
    const fresh = createBrowser();
    const login = await fresh.go(link);
    assert.match(login.url, /\/login\?next=/);
    const page = await fresh.submit(login, server.owner);
    assert.equal(page.url, link);
    assert.match(page.body, /Connect with Items/);
    browser = fresh;
    const address = await press(browser);
    const asked = new URL(address).searchParams;
    assert.equal(asked.get('code_challenge_method'), 'S256');
    const done = await browser.go(await agree(browser, address, 'ann@idp.example'));
    assert.equal(done.url, link);
    assert.match(done.body, /connected/);
    assert.match(done.body, /ann@idp\.example/);
    assert.deepEqual((await call()).value, { of: 'ann' });
    assert.equal(reasonOf(await call(annToken)), 'auth_required');
  });

  test('B07 the answer may come to another server, which also calls with the tokens', async () => {
    const since = (await own()).createdAt;
    clock.pass(1);
    const back = await returning(browser);
    const done = await browser.go(back.replace(server.origin, other.origin));
    assert.equal(done.status, 200, done.body);
    assert.ok((await own()).createdAt > since);
    assert.deepEqual((await call(undefined, other)).value, { of: 'ann' });
  });

  test('at the end of a token one request renews it for all callers of all servers', async () => {
    const earlier = refreshes();
    clock.pass(90_000);
    const calls = Array.from({ length: 20 }, (_, at) => call(undefined, at % 2 ? other : server));
    for (const body of await Promise.all(calls)) assert.ok(body.value, JSON.stringify(body));
    assert.equal(refreshes(), earlier + 1);
    assert.notEqual((await own()).renewedAt, null);
  });

  test('B02 the refresh token rotates, and the newest is kept', async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const earlier = refreshes();
      clock.pass(90_000);
      assert.ok((await call()).value);
      assert.equal(refreshes(), earlier + 1);
    }
    assert.deepEqual(
      idp.grants.filter((one) => one.startsWith('invalid')),
      [],
    );
  });

  test('a refused token is renewed once; a read is tried again, a change is not', async () => {
    const earlier = refreshes();
    idp.refuse(idp.seen.at(-1)?.token ?? '');
    clock.pass(5);
    const seen = idp.seen.length;
    assert.ok((await call()).value);
    assert.deepEqual([refreshes(), idp.seen.length], [earlier + 1, seen + 2]);
    idp.refuse(idp.seen.at(-1)?.token ?? '');
    clock.pass(5);
    const write = { service: 'items', action: 'add_item', params: {} };
    const { body } = await server.op('services.write', write);
    assert.equal(reasonOf(body), 'upstream_failed', JSON.stringify(body));
    assert.match(body.error.hint, /Nothing was done/);
    assert.deepEqual([refreshes(), idp.seen.length], [earlier + 2, seen + 3]);
    assert.ok((await server.op('services.write', write)).body.value);
  });

  test('while the provider is down a good token serves, and an old one says so', async () => {
    idp.down = true;
    clock.pass(90_000);
    assert.ok((await call()).value);
    assert.match((await own()).problem, /503/);
    clock.pass(60_000);
    const body = await call();
    assert.equal(reasonOf(body), 'upstream_unavailable');
    assert.match(body.error.hint, /503/);
    const page = await browser.go(`${server.origin}/services`);
    assert.match(page.body, /Last problem.*503/s);
    idp.down = false;
    clock.pass(60_000);
    assert.ok((await call()).value);
    assert.equal((await own()).problem, null);
  });

  test('B02 a state counts once, for its person, session and service', async () => {
    const back = await returning(browser);
    const stranger = await logIn(ann);
    const sameElsewhere = await logIn(server.owner);
    const bent = new URL(back);
    bent.searchParams.set('state', `${'A'.repeat(43)}.test`);
    const foreign = new URL(back);
    foreign.searchParams.set('iss', 'http://127.0.0.1:9/');
    const rows: [who: Browser, address: string][] = [
      [stranger, back],
      [sameElsewhere, back],
      [browser, bent.href],
      [browser, back.replace('/items/', '/jira/')],
      [browser, back.replace(/state=[^&]*/, 'state=')],
      [browser, back.replace(/state=[^&]*/, `state=${'x'.repeat(5000)}.test`)],
    ];
    const grants = idp.grants.length;
    for (const [who, address] of rows) {
      const { status, body } = await who.go(address);
      assert.ok(status >= 400 && status < 500, `${status} ${address}`);
      assert.ok(!body.includes(new URL(back).searchParams.get('code') ?? 'x'), 'no code in pages');
    }
    assert.equal(idp.grants.length, grants);
    const nobody = await createBrowser().go(back);
    assert.match(nobody.url, /\/login\?next=/);
    assert.ok(!nobody.url.includes('code'));
    assert.equal((await browser.go(back)).status, 200);
    assert.equal((await browser.go(back)).status, 410);
    assert.equal(idp.grants.length, grants + 1);
  });

  test('the answer of another issuer, a refusal and a late answer store nothing', async () => {
    const since = (await own()).createdAt;
    const foreign = new URL(await returning(browser));
    foreign.searchParams.set('iss', 'http://127.0.0.1:9');
    assert.equal((await browser.go(foreign.href)).status, 403);
    const without = new URL(await returning(browser));
    without.searchParams.delete('iss');
    assert.equal((await browser.go(without.href)).status, 403);
    const state = new URL(await press(browser)).searchParams.get('state') ?? '';
    const query = new URLSearchParams({
      state,
      error: 'access_denied<script>',
      iss: idp.issuer,
    });
    const denied = await browser.go(
      `${server.origin}/auth/services/items/callback?${query.toString()}`,
    );
    assert.equal(denied.status, 422);
    assert.match(denied.body, /access_denied&lt;script&gt;/);
    const late = await returning(browser);
    clock.pass(11 * 60_000);
    assert.equal((await browser.go(late)).status, 410);
    assert.equal((await own()).createdAt, since);
  });

  test('a token that is no session begins no consent', async () => {
    const token = await server.tokenWith(undefined);
    const { status } = await server.op('credentials.connect', { service: 'items' }, token);
    assert.equal(status, 403);
  });

  test('forms of other sites do nothing', async () => {
    const { status } = await browser.go(`${server.origin}/services`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://elsewhere.example',
      },
      body: 'disconnect=test%2Fitems',
    });
    assert.equal(status, 403);
    assert.ok(await own());
  });

  test('a grant that was taken back ends the connection, with the link', async () => {
    await browser.go(await returning(browser));
    assert.ok((await call()).value);
    await idp.forgetGrants();
    clock.pass(90_000);
    const earlier = idp.grants.length;
    const bodies = await Promise.all([call(), call(), call(undefined, other)]);
    for (const body of bodies) {
      assert.equal(reasonOf(body), 'auth_required', JSON.stringify(body));
      assert.match(body.error.details.connect_url, /service=items$/);
    }
    assert.deepEqual(idp.grants.slice(earlier), ['invalid_grant']);
    const { ended, problem } = await own();
    assert.deepEqual([ended, /invalid_grant/.test(problem)], [true, true]);
    await browser.go(await returning(browser));
    assert.ok((await call()).value);
    assert.equal((await own()).ended, false);
  });

  test('B08 no secret is in a log, a list, an audit row, or readable in the database', async () => {
    const secrets = [client.secret, ...new Set(idp.seen.map(({ token }) => token))];
    assert.ok(secrets.length > 4);
    const reader = new pg.Client(server.databaseUrl);
    await reader.connect();
    const tables = ['gateway_credential', 'gateway_oauth_app', 'gateway_oauth_consent'];
    const rows: unknown[] = [];
    for (const table of tables) rows.push((await reader.query(`select * from ${table}`)).rows);
    await reader.end();
    const texts = [
      server.logLines.join('\n'),
      other.logLines.join('\n'),
      JSON.stringify(rows),
      JSON.stringify(await ok('audit.list', { perPage: 1000 })),
      JSON.stringify(await ok('serviceAudit.list', {})),
      JSON.stringify(await ok('credentials.overview')),
      (await browser.go(`${server.origin}/services`)).body,
    ];
    for (const secret of secrets) {
      for (const text of texts) assert.ok(!text.includes(secret));
    }
  });

  test('disconnecting takes the tokens back at the service, for every server', async () => {
    const earlier = idp.revoked;
    assert.deepEqual((await call(undefined, other)).value, { of: 'ann' });
    const body = 'disconnect=test%2Fitems';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    await browser.go(`${server.origin}/services`, { method: 'POST', headers, body });
    assert.equal(idp.revoked, earlier + 1);
    assert.equal(await own(), undefined);
    assert.equal(reasonOf(await call()), 'auth_required');
    let elsewhere = await call(undefined, other);
    while (elsewhere.value !== undefined) elsewhere = await call(undefined, other);
    assert.equal(reasonOf(elsewhere), 'auth_required');
  });
});
