// The plain pages on a whole server, as a browser without JavaScript uses them: set-up once, home,
// login, a run, logout.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLog, readConfig } from '../src/base/index.ts';
import { type Server, startServer } from '../src/server.ts';
import { freshDatabase } from './kit/database.ts';

const person = { email: 'ann@example.com', password: 'correct horse battery' };

describe('the pages', () => {
  let server: Server;
  let secret = '';
  let cookie = '';
  let stop: () => Promise<void>;

  before(async () => {
    const database = await freshDatabase();
    const config = readConfig({
      MILLRACE_PORT: '0',
      MILLRACE_DATABASE_URL: database.url,
      MILLRACE_DATA: `${process.env['TMPDIR'] ?? '/tmp'}/millrace-test-${process.pid}`,
      MILLRACE_SANDBOX: process.env['MILLRACE_SANDBOX'],
    });
    server = await startServer(config, { log: createLog('error', () => undefined) });
    stop = async () => {
      await server.stop();
      await database.drop();
    };
    secret = await server.identity.setup.createLink();
  });
  after(() => stop());

  interface Answer {
    status: number;
    headers: Headers;
    text: string;
  }

  /** Keeps the cookie like a browser; follows nothing by itself. */
  async function visit(path: string, form?: Record<string, string>): Promise<Answer> {
    const response = await fetch(new URL(path, server.origin), {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), 'sec-fetch-site': 'same-origin' },
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    const set = response.headers.get('set-cookie');
    if (set !== null) [cookie = ''] = set.split(';', 1);
    const text = await response.text();
    assert.doesNotMatch(text, /<script|javascript:/i, path);
    return { status: response.status, headers: response.headers, text };
  }

  const wanted = { ...person, repeated: person.password, name: 'Ann', workspace: 'main' };

  it('says on the home page what is missing', async () => {
    const home = await visit('/');
    assert.equal(home.status, 200);
    assert.match(home.text, /Nobody owns this server yet/);
  });

  it('refuses what it cannot take, and keeps what was typed', async () => {
    const page = await visit(`/setup/${secret}`);
    assert.equal(page.status, 200);
    assert.deepEqual(
      ['referrer-policy', 'cache-control'].map((name) => page.headers.get(name)),
      ['same-origin', 'no-store'],
    );
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    const rows: [change: Record<string, string>, problem: RegExp][] = [
      [{ repeated: 'other' }, /The two passwords are not the same/],
      [{ password: 'short', repeated: 'short' }, /at least 8 characters/],
      [{ email: 'ann' }, /an e-mail address such as/],
      [{ workspace: 'Not An Id' }, /small letters, digits/],
    ];
    for (const [change, problem] of rows) {
      const form = { ...wanted, ...change };
      const refused = await visit(`/setup/${secret}`, form);
      assert.equal(refused.status, 400);
      assert.match(refused.text, problem);
      assert.ok(refused.text.includes(`value="${form.email}"`));
      assert.ok(!refused.text.includes(person.password));
    }
  });

  it('makes owner and workspace once, and shows a token that works', async () => {
    const ready = await visit(`/setup/${secret}`, wanted);
    assert.equal(ready.status, 200, ready.text);
    assert.match(ready.headers.get('set-cookie') ?? '', /^token=.*HttpOnly; SameSite=Lax/);
    assert.doesNotMatch(ready.headers.get('set-cookie') ?? '', /Secure/);
    const line = /claude mcp add --transport http millrace (\S+) --header &quot;(.*)&quot;/;
    const [, address = '', header = ''] = line.exec(ready.text) ?? [];
    assert.match(header, /^Authorization: Bearer \w{20,}$/);
    assert.equal(address, `${server.origin}/api/mcp/w/main/mcp`);
    const tools = await fetch(address, {
      method: 'POST',
      headers: {
        authorization: header.replace('Authorization: ', ''),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    assert.equal(tools.status, 200);
    assert.match(await tools.text(), /hello/);
    for (const form of [undefined, wanted]) {
      const again = await visit(`/setup/${secret}`, form);
      assert.equal(again.status, 410);
      assert.match(again.text, /has an owner already/);
    }
    assert.equal((await visit('/setup/never-was')).status, 410);
  });

  it('logs out and in, and goes on where the visitor wanted to', async () => {
    assert.match((await visit('/')).text, /Your workspaces.*\/api\/mcp\/w\/main\/mcp/s);
    const out = await visit('/logout', {});
    assert.deepEqual([out.status, out.headers.get('location'), cookie], [303, '/login', 'token=']);
    const run = '/w/main/runs/01999999-0000-7000-8000-000000000000';
    const away = await visit(run);
    assert.equal(away.headers.get('location'), `/login?next=${encodeURIComponent(run)}`);
    const wrong = await visit('/login', { ...person, password: 'wrong', next: run });
    assert.equal(wrong.status, 401);
    assert.match(wrong.text, /role="alert"/);
    const inside = await visit('/login', { ...person, next: run });
    assert.deepEqual([inside.status, inside.headers.get('location')], [303, run]);
    const missing = await visit(run);
    assert.equal(missing.status, 404);
    assert.match(missing.text, /There is nothing here/);
  });

  it('shows a run, with what people wrote escaped', async () => {
    const started = await fetch(`${server.origin}/api/op/jobs.previewWait?workspace=main`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({
        language: 'bun',
        content: 'export const main = (text: string) => { console.log(text); return text }',
        args: { text: '<img src=x onerror=alert(1)>' },
      }),
    });
    const { id } = (await started.json()) as { id: string };
    const page = await visit(`/w/main/runs/${id}`);
    assert.equal(page.status, 200);
    assert.match(page.text, /Preview succeeded/);
    assert.match(page.text, /&lt;img src=x/);
    assert.doesNotMatch(page.text, /<img src=x/);
  });
});
