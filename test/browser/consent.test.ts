// Consent in a browser: a person sees who asks, chooses and lets a client in, or does not. Where
// the browser goes back to is the client's; nothing answers there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Chromium, fillLogin, startChromium } from '../kit/chromium.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { modern } from '../mcp/kit.ts';
import { createClient, password, redirectUri } from '../oauth/kit.ts';

describe('the consent page in a browser', () => {
  let server: TestServer;
  let chromium: Chromium;
  let client: ReturnType<typeof createClient>;
  let clientId = '';
  let resource = '';
  const ann = 'ann@example.com';
  const bob = 'bob@example.com';

  before(async () => {
    server = await startTestServer();
    client = createClient(server);
    clientId = await client.clientId();
    resource = `${server.origin}/api/mcp/w/test/mcp`;
    for (const email of [ann, bob]) await server.op('users.create', { email, password });
    await server.op('members.add', { email: ann, username: 'ann', role: 'admin' });
    for (const name of ['team', 'other', 'app_themes']) {
      await server.op('folders.create', { name });
      const content = 'export const main = () => 1';
      const script = { path: `f/${name}/hello`, summary: '<b>Hi</b>', language: 'bun', content };
      assert.equal((await server.op('scripts.create', script)).status, 200);
    }
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

  /** At the consent page of an authorization that has just begun. */
  async function atConsent(more: Record<string, string> = {}, email = ann) {
    const { url, verifier } = client.authorizeUrl(clientId, { resource, ...more });
    const page = await (await chromium.visitor()).newPage();
    await page.goto(url);
    await fillLogin(page, email, password);
    return { page, verifier };
  }

  const allow = (page: Page) => page.getByRole('button', { name: 'Allow' }).click();
  const preview = (page: Page) => page.getByRole('button', { name: 'Show the list' }).click();

  /** The names of the tools that the client gets for the code. */
  async function toolsOf(back: URL, verifier: string): Promise<string[]> {
    const code = back.searchParams.get('code') ?? '';
    const fields = { client_id: clientId, code, code_verifier: verifier, resource };
    const tokens = await client.code(fields);
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
    const { body, headers } = modern('tools/list');
    const response = await server.fetch(resource, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      token: tokens.body.access_token,
    });
    const { result, error } = (await response.json()) as any;
    assert.equal(error, undefined, JSON.stringify(error));
    return result.tools.map(({ name }: { name: string }) => name);
  }

  it('says who asks for what and in whose name, and goes on with a code', async () => {
    const { page, verifier } = await atConsent();
    const text = await page.innerText('main');
    assert.match(text, /Trial wants to connect.*ann@example\.com/s);
    assert.match(text, /the name that it gave itself; nobody has checked it/);
    assert.match(text, /a program on your computer \(127\.0\.0\.1:43210\)/);
    assert.equal(await page.getByLabel('Everything').isChecked(), true);
    await page.locator('summary:visible').first().click();
    await chromium.inspect(page, 'consent');
    assert.match(await page.innerText('main'), /f\/team\/hello <b>Hi<\/b>/);
    const names = await toolsOf(await sentBack(page, () => allow(page)), verifier);
    assert.ok(names.includes('s-f_team_hello') && names.includes('createScript'));
  });

  it('lets in to folders, after showing exactly what that means', async () => {
    const { page, verifier } = await atConsent();
    await page.getByLabel('Folders').check();
    assert.equal(await page.getByLabel('f/app_themes').count(), 0);
    await preview(page);
    assert.match(await page.getByRole('alert').innerText(), /at least one folder/);
    assert.equal(await page.getByLabel('Folders').isChecked(), true);
    await page.getByLabel('f/team').check();
    await preview(page);
    await chromium.inspect(page, 'consent-folders');
    const shown = await page.locator('.list:visible code').allInnerTexts();
    const names = await toolsOf(await sentBack(page, () => allow(page)), verifier);
    assert.ok(names.includes('s-f_team_hello') && !names.includes('s-f_other_hello'));
    const paths = shown.map((name) => (name === 'f/team/hello' ? 's-f_team_hello' : name));
    assert.deepEqual(paths.toSorted(), names.toSorted());
  });

  it('takes patterns, and keeps what it cannot take', async () => {
    const { page, verifier } = await atConsent();
    await page.getByLabel('Custom').check();
    await page.getByLabel('Scripts', { exact: true }).fill('f/other/*\nf/*/x');
    await allow(page);
    assert.match(await page.getByRole('alert').innerText(), /f\/\*\/x/);
    await chromium.inspect(page, 'consent-custom');
    const scripts = page.getByLabel('Scripts', { exact: true });
    assert.equal(await scripts.inputValue(), 'f/other/*\nf/*/x');
    await scripts.fill('f/other/*');
    await page.getByLabel('Tools', { exact: true }).fill('getJob');
    const names = await toolsOf(await sentBack(page, () => allow(page)), verifier);
    assert.deepEqual(names.toSorted(), ['getJob', 'runScriptByPath', 's-f_other_hello']);
  });

  it('begins with what the client asks for, and tells it when the person says no', async () => {
    const { page } = await atConsent({ scope: 'mcp:favorites' });
    assert.equal(await page.getByLabel('My favourites').isChecked(), true);
    const deny = () => page.getByRole('button', { name: 'Deny' }).click();
    const back = await sentBack(page, deny);
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('code'), null);
  });

  it('is not for the wrong person, who may log out and come back as the right one', async () => {
    const { page } = await atConsent({}, bob);
    assert.match(await page.getByRole('alert').innerText(), /not a member/);
    assert.equal(await page.getByRole('button', { name: 'Allow' }).count(), 0);
    await chromium.inspect(page, 'consent-stranger');
    await page.getByRole('button', { name: 'Log out' }).click();
    await fillLogin(page, ann, password);
    assert.match(await page.innerText('main'), /Trial wants to connect.*ann@example\.com/s);
    const another = await (await chromium.visitor()).newPage();
    const crossed = await page.request.post(page.url(), {
      form: { decision: 'allow', access: 'all', workspace: 'test' },
      headers: { origin: 'https://elsewhere.example' },
    });
    assert.equal(crossed.status(), 403);
    const answer = await another.goto(page.url());
    assert.equal(answer?.status(), 410);
    assert.doesNotMatch(await another.innerText('main'), /Trial/);
  });

  it('offers the workspaces of the person where the address names none', async () => {
    await server.op('workspaces.create', { id: 'second', name: 'Second' });
    await server.fetch('/api/op/members.add?workspace=second', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: ann, username: 'ann', role: 'operator' }),
    });
    const { page } = await atConsent({ resource: `${server.origin}/mcp` });
    const offered = await page.getByLabel('Workspace').locator('option').allInnerTexts();
    assert.deepEqual(
      offered.map((text) => text.trim()),
      ['Second (second)', 'test', 'All of my workspaces'],
    );
    await page.getByLabel('Workspace').selectOption('*');
    await preview(page);
    assert.equal(await page.getByLabel('Workspace').inputValue(), '*');
    const lists = await page.locator('summary:visible').allInnerTexts();
    assert.equal(lists.length, 2);
    assert.match(lists.find((text) => text.startsWith('second')) ?? '', /^second: 1 script, /);
    await chromium.inspect(page, 'consent-all-workspaces');
    const back = await sentBack(page, () => allow(page));
    assert.ok(back.searchParams.get('code'));
  });

  it('sends the browser to programs too: private schemes, and IPv6 on this computer', async () => {
    for (const [to, source] of [
      ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor:'],
      ['http://[::1]:43210/back', 'http:'],
    ] as const) {
      const registered = await client.register({ client_name: 'Program', redirect_uris: [to] });
      assert.equal(registered.status, 201, JSON.stringify(registered.body));
      const { client_id: id } = registered.body;
      const { url } = client.authorizeUrl(id, { resource, redirect_uri: to });
      const page = await (await chromium.visitor()).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(url);
      await fillLogin(page, ann, password);
      await page.getByRole('button', { name: 'Allow' }).waitFor();
      const shown = await page.request.get(page.url());
      const policy = shown.headers()['content-security-policy'] ?? '';
      assert.match(policy, new RegExp(`form-action 'self' ${source};`));
      assert.deepEqual(
        complaints.filter((text) => /content security policy|source list/i.test(text)),
        [],
      );
    }
  });
});
