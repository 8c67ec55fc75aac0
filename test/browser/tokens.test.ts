// Tokens in a browser: making one that works, with the lines for each client; the list; the end.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Chromium, fillLogin, startChromium } from '../kit/chromium.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { modern } from '../mcp/kit.ts';
import { password } from '../oauth/kit.ts';

describe('the page of tokens in a browser', () => {
  let server: TestServer;
  let chromium: Chromium;
  let page: Page;
  let secret = '';
  const ann = 'ann@example.com';
  const bob = 'bob@example.com';

  before(async () => {
    server = await startTestServer();
    for (const email of [ann, bob]) {
      await server.op('users.create', { email, password });
      const username = email.slice(0, 3);
      await server.op('members.add', { email, username, role: 'developer' });
    }
    await server.op('folders.create', { name: 'team', extraPerms: { 'u/ann': true } });
    chromium = await startChromium();
    page = await visit(ann);
  });
  after(async () => {
    await chromium.stop();
    await server.stop();
  });

  async function visit(email: string): Promise<Page> {
    const visited = await (await chromium.visitor()).newPage();
    await visited.goto(`${server.origin}/tokens`);
    await fillLogin(visited, email, password);
    assert.equal(visited.url(), `${server.origin}/tokens`);
    return visited;
  }

  async function listed(address: string, token: string | null = null): Promise<number> {
    const { body, headers } = modern('tools/list');
    const response = await server.fetch(address, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      token,
    });
    return response.status;
  }

  it('shows what a choice means before anything is made', async () => {
    assert.match(await page.innerText('main'), /There is none\./);
    const days = page.getByLabel('Ends after');
    assert.equal(await days.inputValue(), '90');
    assert.match(await days.locator('option:checked').innerText(), /90 days, until \d+ \w+ 20\d\d/);
    await chromium.inspect(page, 'tokens');
    await page.getByLabel('What it is for').fill('my laptop');
    await page.getByLabel('Custom').check();
    await page.getByLabel('Tools', { exact: true }).fill('getJob');
    await page.getByRole('button', { name: 'Show the list' }).click();
    assert.equal(await page.getByLabel('What it is for').inputValue(), 'my laptop');
    assert.equal(await page.locator('summary:visible').innerText(), '0 scripts, 0 flows, 1 tool');
    await page.getByLabel('Tools', { exact: true }).fill('f/a');
    await page.getByRole('button', { name: 'Make token' }).click();
    assert.match(await page.getByRole('alert').innerText(), /f\/a/);
    await chromium.inspect(page, 'tokens-wrong');
  });

  it('makes a token, shown once, with lines that work', async () => {
    await page.getByLabel('My favourites').check();
    await page.getByLabel('Ends after').selectOption('7');
    await page.getByRole('button', { name: 'Make token' }).click();
    assert.equal(new URL(page.url()).search, '');
    assert.match(await page.innerText('main'), /shown only now/);
    secret = await page.locator('pre').first().innerText();
    for (const client of ['Claude Desktop', 'Cursor', 'VS Code', 'Codex', 'Other clients']) {
      await page.getByText(client, { exact: true }).click();
    }
    await chromium.inspect(page, 'token-made');
    const texts = await page.locator('pre').allInnerTexts();
    assert.equal(texts.filter((text) => text.includes(secret)).length, 7);
    const settings = JSON.parse(texts.at(-1) ?? '');
    const { url, headers } = settings.mcpServers.millrace;
    assert.equal(headers.Authorization, `Bearer ${secret}`);
    assert.equal(await listed(url, secret), 200);
    assert.ok(!server.logLines.some((line) => line.includes(secret)));
  });

  it('lists it for its owner alone, without the secret', async () => {
    await page.getByRole('link', { name: 'Back to your tokens' }).click();
    const text = await page.innerText('main');
    assert.match(text, /my laptop.*run your favourites and use all tools.*Last used/s);
    assert.ok(text.includes(secret.slice(0, 10)) && !text.includes(secret));
    const stranger = await visit(bob);
    assert.match(await stranger.innerText('main'), /There is none\./);
    const foreign = await stranger.request.post(`${server.origin}/tokens`, {
      form: { revoke: secret.slice(0, 10) },
    });
    assert.equal(foreign.status(), 404);
    const elsewhere = await page.request.post(`${server.origin}/tokens`, {
      form: { decision: 'make', access: 'full', workspace: 'test', days: '7' },
      headers: { origin: 'https://elsewhere.example' },
    });
    assert.equal(elsewhere.status(), 403);
    const nobody = await fetch(`${server.origin}/tokens`, { redirect: 'manual' });
    assert.equal(nobody.headers.get('location'), '/login?next=%2Ftokens');
  });

  it('rotates it once asked, and revokes it', async () => {
    await page.getByText('Rotate', { exact: true }).click();
    await page.getByRole('button', { name: 'Rotate my laptop' }).click();
    assert.match(await page.innerText('main'), /shown only now.*claude mcp add/s);
    const rotated = await page.locator('pre').first().innerText();
    assert.equal(await listed('/api/mcp/w/test/mcp', secret), 401);
    assert.equal(await listed('/api/mcp/w/test/mcp', rotated), 200);
    await page.goto(`${server.origin}/tokens`);
    const button = page.getByRole('button', { name: 'Revoke my laptop' }).first();
    assert.equal(await button.isVisible(), false);
    await page.getByText('Revoke', { exact: true }).first().click();
    await chromium.inspect(page, 'tokens-revoke');
    await button.click();
    assert.equal(await listed('/api/mcp/w/test/mcp', rotated), 401);
  });

  it('generates an MCP URL, and says what it means', async () => {
    await page.goto(`${server.origin}/tokens`);
    await page.getByRole('button', { name: 'Generate MCP URL' }).click();
    await chromium.inspect(page, 'token-url');
    assert.match(await page.innerText('main'), /Whoever has this address acts in your name/);
    const url = await page.locator('pre').nth(1).innerText();
    assert.match(url, /\/api\/mcp\/w\/test\/mcp\?token=mru_/);
    assert.equal(await listed(url), 200);
    const token = new URL(url).searchParams.get('token') ?? '';
    assert.ok(!server.logLines.some((line) => line.includes(token)));
    await server.op('tokens.allowUrlTokens', { allowed: false });
    await page.goto(`${server.origin}/tokens`);
    assert.equal(await page.getByRole('button', { name: 'Generate MCP URL' }).count(), 0);
  });

  it('makes a full token for programs', async () => {
    await page.getByLabel('Full token').check();
    await page.getByRole('button', { name: 'Make token' }).click();
    const token = await page.locator('pre').first().innerText();
    const answer = await server.fetch('/api/op/users.me', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      token,
    });
    assert.equal(answer.status, 200, await answer.text());
    await page.goto(`${server.origin}/tokens`);
    assert.match(await page.innerText('main'), /do everything that you may/);
  });
});
