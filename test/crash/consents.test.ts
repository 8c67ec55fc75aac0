// A server that is killed between the trade of a code and the storing of the tokens: nothing half
// is kept, and the person connects again.
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
import { type ServerProcess, startProcess, temporaryFolder } from '../kit/spawned-server.ts';

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };
const env = {
  MILLRACE_OWNER_EMAIL: owner.email,
  MILLRACE_OWNER_PASSWORD: owner.password,
  MILLRACE_WORKSPACE: 'test',
  MILLRACE_EGRESS_ALLOW: '127.0.0.1',
};

describe('kill -9 while a service is connected', () => {
  const folder = temporaryFolder();
  const browser = createBrowser();
  let server: ServerProcess;
  let idp: IdentityProvider;
  let token = '';

  async function op(name: string, input: object = {}): Promise<any> {
    const response = await fetch(`${server.origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(input),
    });
    const body: any = await response.json();
    assert.equal(response.status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  async function returning(): Promise<string> {
    const body = 'connect=test%2Fitems';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const page = await browser.go(`${server.origin}/services`, { method: 'POST', headers, body });
    const link = /href="(http[^"]*\/auth\?[^"]*)"/.exec(page.body)?.[1] ?? '';
    return agree(browser, link.replaceAll('&amp;', '&'), 'ann@idp.example');
  }

  before(async () => {
    server = await startProcess(folder.path, env);
    idp = await startIdentityProvider([`${server.origin}/auth/services/items/callback`]);
    const login = await fetch(`${server.origin}/api/op/session.login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(owner),
    });
    ({ token } = (await login.json()) as { token: string });
    await op('openapi.import', {
      name: 'items',
      document,
      baseUrl: idp.issuer,
      auth: { kind: 'oauth', issuer: idp.issuer, scopes: ['openid', 'email'] },
      actions: [{ name: 'list_items' }],
    });
    const keys = { clientId: client.id, clientSecret: client.secret };
    await op('credentials.setApp', { service: 'items', ...keys });
    await browser.submit(await browser.go(`${server.origin}/login`), owner);
  });
  after(async () => {
    await server?.stop();
    await idp?.stop();
    folder.remove();
  });

  test('B06 nothing is stored, the old answer is spent, and connecting again works', async () => {
    const back = await returning();
    const killed = new Promise<void>((resolve) => {
      idp.beforeAnswer = () => void server.kill9().then(resolve);
    });
    await assert.rejects(browser.go(back));
    await killed;
    idp.beforeAnswer = undefined;
    assert.deepEqual(idp.grants, ['authorization_code']);
    server = await startProcess(folder.path, env, Number(new URL(server.origin).port));
    assert.deepEqual(await op('credentials.list'), []);
    assert.equal((await browser.go(back)).status, 410);
    assert.equal((await browser.go(await returning())).status, 200);
    const { value } = await op('services.read', { service: 'items', action: 'list_items' });
    assert.deepEqual(value, { of: 'ann' });
  });
});
