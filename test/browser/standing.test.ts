// The pages of a new server, tried in a browser by the person who sets it up: set-up, home, login,
// a run, an approval. Each is judged in light, in dark and on a phone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { createLog, readConfig } from '../../src/base/index.ts';
import { startServer } from '../../src/server.ts';
import { type Chromium, fillLogin, startChromium } from '../kit/chromium.ts';
import { freshDatabase } from '../kit/database.ts';

const ann = { email: 'ann@example.com', password: 'correct horse battery' };

describe('the pages in a browser', () => {
  let origin = '';
  let setupLink = '';
  let chromium: Chromium;
  let visitor: BrowserContext;
  let page: Page;
  let stop: () => Promise<void>;

  before(async () => {
    const database = await freshDatabase();
    const config = readConfig({
      MILLRACE_PORT: '0',
      MILLRACE_DATABASE_URL: database.url,
      MILLRACE_DATA: `${process.env['TMPDIR'] ?? '/tmp'}/millrace-test-${process.pid}`,
      MILLRACE_SANDBOX: process.env['MILLRACE_SANDBOX'],
    });
    const server = await startServer(config, { log: createLog('error', () => undefined) });
    ({ origin } = server);
    setupLink = `${origin}/setup/${await server.identity.setup.createLink()}`;
    chromium = await startChromium();
    visitor = await chromium.visitor();
    page = await visitor.newPage();
    stop = async () => {
      await chromium.stop();
      await server.stop();
      await database.drop();
    };
  });
  after(() => stop());

  async function op(name: string, data: unknown): Promise<any> {
    const response = await visitor.request.post(`${origin}/api/op/${name}?workspace=main`, {
      data,
    });
    assert.equal(response.status(), 200, await response.text());
    return response.json();
  }

  it('welcomes who comes before there is an owner', async () => {
    await page.goto(origin);
    assert.match(await page.innerText('main'), /Nobody owns this server yet/);
    await chromium.inspect(page, 'welcome');
  });

  it('sets the server up, saying what is wrong beside what was typed', async () => {
    await page.goto(setupLink);
    await chromium.inspect(page, 'setup');
    await page.getByLabel('E-mail address').fill(ann.email);
    await page.getByLabel('Password', { exact: true }).fill(ann.password);
    await page.getByLabel('Password again').fill('another');
    await page.getByRole('button').click();
    assert.match(await page.getByRole('alert').innerText(), /not the same/);
    assert.equal(await page.getByLabel('E-mail address').inputValue(), ann.email);
    await chromium.inspect(page, 'setup-wrong');
    await page.getByLabel('Password', { exact: true }).fill(ann.password);
    await page.getByLabel('Password again').fill(ann.password);
    await page.getByRole('button').click();
    assert.match(await page.innerText('main'), /claude mcp add/);
    await chromium.inspect(page, 'ready');
  });

  it('shows home, logs out and in', async () => {
    await page.goto(origin);
    assert.match(await page.innerText('main'), /api\/mcp\/w\/main\/mcp/);
    await chromium.inspect(page, 'home');
    await page.getByRole('button', { name: 'Log out' }).click();
    await chromium.inspect(page, 'login');
    await fillLogin(page, ann.email, 'wrong');
    assert.equal(await page.getByRole('alert').count(), 1);
    await chromium.inspect(page, 'login-wrong');
    await fillLogin(page, ann.email, ann.password);
    assert.equal(page.url(), `${origin}/`);
  });

  it('is kept by no cache, framed by nobody, and leads to no other site', async () => {
    for (const path of ['/', '/login', '/connections', '/tokens', '/w/main/favorites']) {
      const answer = await page.goto(origin + path);
      assert.equal(answer?.status(), 200, path);
      const headers = answer?.headers() ?? {};
      assert.equal(headers['cache-control'], 'no-store', path);
      assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/, path);
      assert.equal(await page.locator('script').count(), 0, path);
    }
    for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example']) {
      const form = { ...ann, next };
      const sent = { form, maxRedirects: 0 };
      const inside = await visitor.request.post(`${origin}/login`, sent);
      assert.equal(inside.headers()['location'], '/', next);
    }
    const out = { form: { next: '//evil.example' }, maxRedirects: 0 };
    const another = await chromium.visitor();
    const gone = await another.request.post(`${origin}/logout`, out);
    assert.equal(gone.headers()['location'], '/login');
  });

  it('shows a run, and what is not there', async () => {
    const content = 'export const main = (text: string) => { console.log(text); return { text } }';
    const args = { text: 'a long line '.repeat(30) };
    const { id } = await op('jobs.previewWait', { language: 'bun', content, args });
    await page.goto(`${origin}/w/main/runs/${id}`);
    assert.match(await page.innerText('h1'), /succeeded/);
    await chromium.inspect(page, 'run');
    await page.goto(`${origin}/w/main/runs/01999999-0000-7000-8000-000000000000`);
    await chromium.inspect(page, 'missing');
  });

  it('asks for an approval, and takes the answer', async () => {
    const schema = {
      properties: {
        amount: { type: 'number', description: 'in euros', default: 40 },
        why: { type: 'string' },
        urgent: { type: 'boolean' },
        kind: { type: 'string', enum: ['travel', 'books'] },
      },
      required: ['amount'],
    };
    const content = 'export const main = () => 1';
    const value = { type: 'rawscript', language: 'bun', content, input_transforms: {} };
    const suspend = { required_events: 1, resume_form: { schema } };
    const modules = [
      { id: 'a', value, suspend },
      { id: 'b', value },
    ];
    const { id } = await op('jobs.previewFlow', { value: { modules } });
    let job: string | undefined;
    while (job === undefined) job = (await op('jobs.get', { id })).flowStatus.modules[0].job;
    await op('jobs.wait', { id: job });
    const links = `${origin}/api/w/main/jobs/resume_urls/${job}/7`;
    const urls = await (await visitor.request.get(links)).json();
    await page.goto(urls.approvalPage);
    await chromium.inspect(page, 'approval');
    await page.getByRole('button', { name: 'Approve' }).click();
    assert.equal(await page.innerText('h1'), 'Approved');
    await chromium.inspect(page, 'approved');
    const outcome = await op('jobs.wait', { id });
    assert.equal(outcome.success, true);
  });
});
