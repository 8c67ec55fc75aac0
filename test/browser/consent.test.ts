// Consent in a browser: a person lets a client in, or does not. The address that the browser goes
// back to is the client's; nothing answers there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Chromium, fillLogin, startChromium } from '../kit/chromium.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, password, redirectUri } from '../oauth/kit.ts';

describe('the consent page in a browser', () => {
  let server: TestServer;
  let chromium: Chromium;
  let client: ReturnType<typeof createClient>;
  let clientId = '';
  let resource = '';
  const email = 'ann@example.com';

  before(async () => {
    server = await startTestServer();
    client = createClient(server);
    clientId = await client.clientId();
    resource = `${server.origin}/api/mcp/w/test/mcp`;
    await server.op('users.create', { email, password });
    await server.op('members.add', { email, username: 'ann', role: 'developer' });
    chromium = await startChromium();
  });
  after(async () => {
    await chromium.stop();
    await server.stop();
  });

  /** Where the browser is sent back to, once it is. */
  async function sentBack(page: Page, act: () => Promise<unknown>): Promise<URL> {
    const asked = page.waitForRequest((request) => request.url().startsWith(redirectUri));
    await act();
    return new URL((await asked).url());
  }

  /** As ann, at the consent page of an authorization that has just begun. */
  async function atConsent(more: Record<string, string> = {}) {
    const { url, verifier } = client.authorizeUrl(clientId, { resource, ...more });
    const page = await (await chromium.visitor()).newPage();
    await page.goto(url);
    await fillLogin(page, email, password);
    return { page, verifier };
  }

  it('says who asks for what, and goes on with a code', async () => {
    const { page, verifier } = await atConsent();
    assert.match(await page.innerText('main'), /Trial wants to connect.*ann@example\.com/s);
    await chromium.inspect(page, 'consent');
    const back = await sentBack(page, () => page.getByRole('button', { name: 'Allow' }).click());
    const code = back.searchParams.get('code') ?? '';
    const fields = { client_id: clientId, code, code_verifier: verifier, resource };
    const { status, body } = await client.code(fields);
    assert.equal(status, 200, JSON.stringify(body));
  });

  it('tells the client when the person says no', async () => {
    const { page } = await atConsent();
    const back = await sentBack(page, () => page.getByRole('button', { name: 'Deny' }).click());
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('code'), null);
  });
});
