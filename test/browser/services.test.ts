// The page of services in a browser: connecting by consent and by key, problems, disconnecting.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Chromium, fillLogin, startChromium } from '../kit/chromium.ts';
import {
  client,
  document,
  type IdentityProvider,
  startIdentityProvider,
} from '../kit/identity-provider.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('the page of services in a browser', () => {
  let server: TestServer;
  let idp: IdentityProvider;
  let chromium: Chromium;
  let page: Page;
  const link = (): string => `${server.origin}/services?workspace=test&service=items`;

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    idp = await startIdentityProvider([`${server.origin}/auth/services/items/callback`]);
    chromium = await startChromium();
    page = await (await chromium.visitor()).newPage();
    await page.goto(`${server.origin}/services`);
    await fillLogin(page, server.owner.email, server.owner.password);
  });
  after(async () => {
    await chromium?.stop();
    await server?.stop();
    await idp?.stop();
  });

  it('says so where there is none', async () => {
    assert.match(await page.innerText('main'), /No workspace of yours uses a service yet/);
    await chromium.inspect(page, 'services-none');
  });

  it('connects by a consent, and shows who it is', async () => {
    await ok('services.enable', { name: 'jira', baseUrl: 'https://example.atlassian.net' });
    await ok('openapi.import', {
      name: 'items',
      title: 'Item store',
      document,
      baseUrl: idp.issuer,
      auth: { kind: 'oauth', issuer: idp.issuer, scopes: ['openid', 'email'] },
      actions: [{ name: 'list_items' }],
    });
    const keys = { clientId: client.id, clientSecret: client.secret };
    await ok('credentials.setApp', { service: 'items', ...keys });
    await page.goto(link());
    assert.match(await page.locator('li').first().innerText(), /Item store.*not connected/s);
    await chromium.inspect(page, 'services');
    await page.getByRole('button', { name: 'Connect with Item store' }).click();
    await page.waitForURL(/\/interaction\//);
    await page.fill('input[name=login]', 'ann@idp.example');
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.click('button[type=submit]');
    await page.waitForURL(link());
    const row = await page.locator('li').first().innerText();
    assert.match(row, /connected\s+Account\s+ann@idp\.example\s+Since/);
    await chromium.inspect(page, 'services-connected');
  });

  it('connects by a key, which is never shown, and says what is missing', async () => {
    const jira = page.locator('#test-jira');
    await jira.locator('summary', { hasText: 'Connect with a key of Jira' }).click();
    await jira.getByLabel('Account at Jira').fill(' ');
    await jira.getByLabel('Key for Jira').fill('the-key-of-jira');
    await jira.getByRole('button', { name: 'Save the key' }).click();
    assert.match(await page.getByRole('alert').innerText(), /wants the account/);
    assert.ok(!(await page.content()).includes('the-key-of-jira'));
    await chromium.inspect(page, 'services-key');
    await jira.getByLabel('Account at Jira').fill('ann@example.com');
    await jira.getByLabel('Key for Jira').fill('the-key-of-jira');
    await jira.getByRole('button', { name: 'Save the key' }).click();
    assert.match(await jira.innerText(), /connected\s+Account\s+ann@example\.com/);
    assert.ok(!(await page.content()).includes('the-key-of-jira'));
    assert.ok(!page.url().includes('the-key-of-jira'));
  });

  it('marks what an admin shared, and disconnects what is one’s own', async () => {
    const shared = { account: 'team@example.com', secret: 'shared-key' };
    await ok('credentials.setShared', { service: 'jira', ...shared });
    const jira = page.locator('#test-jira');
    await jira.locator('summary', { hasText: 'Disconnect' }).click();
    await jira.getByRole('button', { name: 'Disconnect Jira' }).click();
    assert.match(await jira.innerText(), /by an admin, for everybody.*team@example\.com/s);
    await chromium.inspect(page, 'services-shared');
    await page.getByRole('link', { name: 'Services' }).click();
    assert.equal(page.url(), `${server.origin}/services`);
  });
});
