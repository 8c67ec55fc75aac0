// An admin moves a service to another address: what people connected with was given for the old
// one, and never goes to the new.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createBrowser } from '../kit/browser.ts';
import {
  agree,
  client,
  document,
  type IdentityProvider,
  startIdentityProvider,
} from '../kit/identity-provider.ts';
import { type Jira, startJira } from '../kit/jira.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type StandIn, startStandIn } from '../kit/stand-in.ts';

const secret = 'jira-key-for-the-old-address';
const find = { service: 'jira', action: 'list_projects', params: {} };

describe('a service that an admin moves', () => {
  let server: TestServer;
  let jira: Jira;
  let elsewhere: StandIn;
  let idp: IdentityProvider;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const place = (baseUrl: string) => ok('services.enable', { name: 'jira', baseUrl });

  async function refusedAs(input: object): Promise<{ reason: string; text: string }> {
    const { status, body } = await server.op('services.read', input);
    assert.notEqual(status, 200, JSON.stringify(body));
    const { message, hint, details } = body.error;
    return { reason: details.reason_code, text: `${message} ${hint}` };
  }

  before(async () => {
    jira = await startJira();
    elsewhere = await startStandIn(() => [200, { values: [] }]);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    idp = await startIdentityProvider([`${server.origin}/auth/services/items/callback`]);
    await place(jira.origin);
  });
  after(async () => {
    await server?.stop();
    await jira?.stop();
    await elsewhere?.stop();
    await idp?.stop();
  });

  async function assertMoves(who: string): Promise<void> {
    await place(elsewhere.origin);
    const { reason, text } = await refusedAs(find);
    assert.equal(reason, 'auth_required');
    assert.match(text, new RegExp(who));
    assert.ok(text.includes(jira.origin) && text.includes(elsewhere.origin), text);
    assert.match(text, /\/services\?workspace=test&service=jira/);
    assert.deepEqual(elsewhere.asked, []);
    await place(`${jira.origin}/`);
    await server.op('services.read', find);
    assert.deepEqual(elsewhere.asked, []);
  }

  test('a person’s key stays away from the new address, and is good again at its own', async () => {
    await ok('credentials.set', { service: 'jira', account: 'owner@example.com', secret });
    await assertMoves('Your connection to Jira is for');
    assert.ok(jira.asked.length > 0);
  });

  test('the page and the lists say why', async () => {
    await place(elsewhere.origin);
    const [row] = (await ok('credentials.list')) as { origin: string }[];
    assert.equal(row?.origin, jira.origin);
    const offers = (await ok('credentials.overview')) as any[];
    assert.equal(offers.find((one) => one.service === 'jira').own.movedFrom, jira.origin);
    const browser = createBrowser();
    await browser.submit(await browser.go(`${server.origin}/login`), server.owner);
    const page = await browser.go(`${server.origin}/services`);
    assert.match(page.body, /an admin has moved the service since/);
    assert.ok(page.body.includes(`given for ${jira.origin}`));
    assert.ok(!page.body.includes(secret));
  });

  test('connected anew, it works at the new address', async () => {
    const fresh = { service: 'jira', account: 'owner@example.com', secret: 'for-the-new-one' };
    await ok('credentials.set', fresh);
    await server.op('services.read', find);
    const sent = elsewhere.asked.map(({ headers }) => headers.authorization ?? '');
    assert.ok(sent.length > 0);
    const pair = Buffer.from('owner@example.com:for-the-new-one').toString('base64');
    assert.deepEqual([...new Set(sent)], [`Basic ${pair}`]);
    await ok('credentials.remove', { service: 'jira' });
    elsewhere.asked.length = 0;
    await place(jira.origin);
  });

  test('the shared key stays away as well', async () => {
    await ok('credentials.setShared', { service: 'jira', account: 'a@example.com', secret });
    await assertMoves('The shared connection to Jira is for');
  });

  test('tokens of a consent, and a consent under way, stay with their address', async () => {
    const bring = (baseUrl: string) =>
      ok('openapi.import', {
        name: 'items',
        document,
        baseUrl,
        auth: { kind: 'oauth', issuer: idp.issuer, scopes: ['openid', 'email'] },
        actions: [{ name: 'list_items' }],
      });
    await bring(idp.issuer);
    const app = { service: 'items', clientId: client.id, clientSecret: client.secret };
    await ok('credentials.setApp', app);
    const browser = createBrowser();
    await browser.submit(await browser.go(`${server.origin}/login`), server.owner);
    const press = async (): Promise<string> => {
      const body = new URLSearchParams({ connect: 'test/items' }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const page = await browser.go(`${server.origin}/services`, { method: 'POST', headers, body });
      const link = /href="(http[^"]*\/auth\?[^"]*)"/.exec(page.body)?.[1] ?? '';
      return agree(browser, link.replaceAll('&amp;', '&'), 'ann@idp.example');
    };
    await browser.go(await press());
    const list = { service: 'items', action: 'list_items' };
    assert.deepEqual((await ok('services.read', list)).value, { of: 'ann' });
    const underWay = await press();
    await bring(elsewhere.origin);
    assert.equal((await refusedAs(list)).reason, 'auth_required');
    const late = await browser.go(underWay);
    assert.match(late.body, /was changed meanwhile/);
    assert.equal((await refusedAs(list)).reason, 'auth_required');
    assert.deepEqual(elsewhere.asked, []);
  });

  test('the secret of an app stays where it was stored for, until it is stored again', async () => {
    const connect = (service: string) => server.op('credentials.connect', { service });
    const app = { clientId: 'app', clientSecret: 'secret-of-the-app' };
    const moves: [service: string, move: (to: string) => Promise<unknown>][] = [
      ['gitlab', (baseUrl) => ok('services.enable', { name: 'gitlab', baseUrl })],
      [
        'things',
        (issuer) =>
          ok('openapi.import', {
            name: 'things',
            document,
            baseUrl: idp.issuer,
            auth: { kind: 'oauth', issuer },
            actions: [{ name: 'list_items' }],
          }),
      ],
    ];
    for (const [service, move] of moves) {
      await move(idp.issuer);
      await ok('credentials.setApp', { service, ...app });
      assert.equal((await connect(service)).status, 200, service);
      elsewhere.asked.length = 0;
      await move(elsewhere.origin);
      const { status, body } = await connect(service);
      assert.equal(status, 409, `${service}: ${JSON.stringify(body)}`);
      assert.ok(body.error.message.includes(`is for ${idp.issuer}`), body.error.message);
      assert.ok(body.error.message.includes(`not for ${elsewhere.origin}`));
      assert.match(body.error.hint, /stores the app again: credentials\.setApp/);
      assert.doesNotMatch(JSON.stringify(body), /secret-of-the-app/);
      assert.deepEqual(elsewhere.asked, []);
      await move(idp.issuer);
      assert.equal((await connect(service)).status, 200, service);
      await move(elsewhere.origin);
      await ok('credentials.setApp', { service, ...app });
      assert.notEqual((await connect(service)).status, 409, service);
    }
  });
});
