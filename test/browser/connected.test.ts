// What is connected and what is starred, in a browser: people see and change what is theirs alone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Chromium, fillLogin, startChromium } from '../kit/chromium.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createClient, password } from '../oauth/kit.ts';

describe('connected apps and favourites in a browser', () => {
  let server: TestServer;
  let chromium: Chromium;
  const ann = 'ann@example.com';
  const bob = 'bob@example.com';

  before(async () => {
    server = await startTestServer();
    for (const email of [ann, bob]) {
      await server.op('users.create', { email, password });
      const username = email.slice(0, 3);
      await server.op('members.add', { email, username, role: 'developer' });
    }
    chromium = await startChromium();
  });
  after(async () => {
    await chromium.stop();
    await server.stop();
  });

  async function visit(email: string, path: string): Promise<Page> {
    const page = await (await chromium.visitor()).newPage();
    await page.goto(`${server.origin}/login?next=${encodeURIComponent(path)}`);
    await fillLogin(page, email, password);
    assert.equal(page.url(), server.origin + path);
    return page;
  }

  it('shows at an MCP address how each client connects to it', async () => {
    const page = await (await chromium.visitor()).newPage();
    for (const path of ['/api/mcp/w/test/mcp', '/mcp']) {
      await page.goto(server.origin + path);
      for (const client of ['Claude Code', 'ChatGPT', 'Cursor', 'VS Code', 'Codex']) {
        await page.locator('summary', { hasText: client }).first().waitFor();
      }
      const line = `claude mcp add --transport http millrace ${server.origin}${path}`;
      assert.equal(await page.locator('details[open] pre').innerText(), line);
    }
    await chromium.inspect(page, 'mcp-address');
  });

  it('lists what the person let in, and ends it once asked', async () => {
    const client = createClient(server);
    const clientId = await client.clientId();
    const resource = `${server.origin}/api/mcp/w/test/mcp`;
    const connect = { clientId, choices: { access: 'read' }, more: { resource } };
    const tokens = await client.connect(ann, connect);

    const stranger = await visit(bob, '/connections');
    assert.match(await stranger.innerText('main'), /Nothing is connected/);
    await chromium.inspect(stranger, 'connections-none');

    const page = await visit(ann, '/');
    await page.getByRole('link', { name: 'Connected apps' }).first().click();
    const text = await page.innerText('main');
    assert.match(text, /Trial.*look at everything that you may see.*test.*not yet/s);
    assert.ok(!text.includes(tokens.access_token.slice(0, 10)));
    const button = page.getByRole('button', { name: 'Revoke Trial' });
    assert.equal(await button.isVisible(), false);
    await page.getByText('Revoke', { exact: true }).click();
    await chromium.inspect(page, 'connections');
    const id = await button.getAttribute('value');

    const foreign = await stranger.request.post(`${server.origin}/connections`, {
      form: { revoke: id ?? '' },
    });
    assert.equal(foreign.status(), 404);
    const elsewhere = await page.request.post(`${server.origin}/connections`, {
      form: { revoke: id ?? '' },
      headers: { origin: 'https://elsewhere.example' },
    });
    assert.equal(elsewhere.status(), 403);
    await button.click();
    assert.match(await page.innerText('main'), /Nothing is connected/);
    const refused = await server.fetch('/api/mcp/w/test/mcp', {
      method: 'POST',
      body: '{}',
      token: tokens.access_token,
    });
    assert.equal(refused.status, 401);
  });

  it('stars and unstars what the person may see', async () => {
    const content = 'export const main = () => 1';
    const script = { summary: 'Says <hello>', language: 'bun', content };
    for (const path of ['u/ann/hello', 'u/bob/secret']) {
      assert.equal((await server.op('scripts.create', { ...script, path })).status, 200);
    }
    const page = await visit(ann, '/');
    await page.getByRole('link', { name: 'Favourites in test' }).click();
    const text = await page.innerText('main');
    assert.match(text, /u\/ann\/hello\s+Says <hello>/);
    assert.ok(!text.includes('u/bob/secret'));
    await page.getByRole('button', { name: 'Star u/ann/hello', exact: true }).click();
    await chromium.inspect(page, 'favorites');
    const mine = await page.request.post(`${server.origin}/api/op/favorites.list?workspace=test`, {
      data: {},
    });
    assert.deepEqual(
      (await mine.json()).map(({ path }: { path: string }) => path),
      ['u/ann/hello'],
    );
    const url = `${server.origin}/w/test/favorites`;
    const secret = await page.request.post(url, { form: { star: 'script:u/bob/secret' } });
    assert.equal(secret.status(), 404);
    await page.getByRole('button', { name: 'Unstar u/ann/hello' }).click();
    assert.equal(await page.getByRole('button', { name: /^Unstar/ }).count(), 0);
    const nowhere = await page.goto(`${server.origin}/w/none/favorites`);
    assert.equal(nowhere?.status(), 403);
  });
});
