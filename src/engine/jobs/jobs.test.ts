// Jobs through the public REST of a whole server: results, errors, logs, cancel, limits, tokens.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../base/index.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('jobs', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  const preview = (content: string, more: Record<string, unknown> = {}) =>
    server.op('jobs.previewWait', { content, language: 'bun', ...more });

  it('answers what main returns, in four languages', async () => {
    const rows: [language: string, content: string][] = [
      ['bun', 'export const main = (a: number, b = 2) => ({ sum: a + b })'],
      ['nativets', 'export async function main(a: number, b = 2) { return { sum: a + b } }'],
      ['deno', 'export async function main(a: number, b = 2) { return { sum: a + b } }'],
      ['python3', 'def main(a: int, b: int = 2):\n    return {"sum": a + b}'],
      ['bash', 'a="$1"\nb="${2:-2}"\necho "{\\"sum\\": $((a + b))}"'],
    ];
    for (const [language, content] of rows) {
      const args = { a: 40, ignored: 'yes' };
      const run = await server.op('jobs.previewWait', { content, language, args });
      assert.deepEqual(
        [run.status, run.body.success, run.body.result],
        [200, true, { sum: 42 }],
        `${language}: ${JSON.stringify(run.body)}`,
      );
    }
  });

  it('runs TypeScript in Bun, or in Node where its first line asks for it', async () => {
    const content = 'export const main = () => process.versions.bun !== undefined';
    assert.equal((await preview(content)).body.result, true);
    assert.equal((await preview(`//nodejs\n${content}`)).body.result, false);
  });

  it('says what a script threw, whatever it threw', async () => {
    const rows: [content: string, name: string, message: RegExp][] = [
      ['export function main() { throw new TypeError("no good") }', 'TypeError', /^no good$/],
      ['export function main() { throw "plain words" }', 'Error', /plain words/],
      ['export function main() { throw null }', 'Error', /null/],
      ['export function main() { const a: any = {}; a.a = a; return a }', '', /JSON|circular/i],
      ['export const nope = 1', '', /main/],
    ];
    for (const [content, name, message] of rows) {
      const run = await preview(content);
      assert.equal(run.body.success, false, content);
      const { error } = run.body.result;
      assert.match(error.message, message, content);
      if (name !== '') assert.equal(error.name, name, content);
    }
  });

  it('keeps the log in order and gives it back by offset', async () => {
    const run = await preview(
      'export function main() { console.log("one"); console.error("two") }',
    );
    const logs = await server.op('jobs.logs', { id: run.body.id });
    assert.match(logs.body.logs, /one\n(.|\n)*two/);
    const rest = await server.op('jobs.logs', { id: run.body.id, offset: 4 });
    assert.equal(rest.body.logs, logs.body.logs.slice(4));
  });

  it('gives a follower every line once', async () => {
    const content = `export async function main() {
      for (let line = 0; line < 20; line += 1) {
        console.log('line', line);
        await new Promise((done) => setTimeout(done, 30));
      }
    }`;
    const { body } = await server.op('jobs.preview', { content, language: 'bun' });
    let followed = '';
    let known = { running: false, logOffset: 0 };
    for (let completed = false; !completed;) {
      const update = await server.op('jobs.update', { id: body.id, ...known, holdMs: 5000 });
      followed += update.body.newLogs;
      known = { running: update.body.running, logOffset: update.body.logOffset };
      completed = update.body.completed;
    }
    const lines = Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join('');
    assert.equal(followed, lines);
  });

  it('follows a running job and cancels it', async () => {
    const content = `export async function main() {
      console.log("begun");
      await new Promise(() => setInterval(() => {}, 1000));
    }`;
    const started = await server.op('jobs.preview', { content, language: 'bun' });
    const { id } = started.body;
    let seen = '';
    for (let offset = 0; !seen.includes('begun');) {
      const update = await server.op('jobs.update', { id, logOffset: offset, holdMs: 5000 });
      seen += update.body.newLogs;
      offset = update.body.logOffset;
      assert.equal(update.body.completed, false);
    }
    const canceled = await server.op('jobs.cancel', { id, reason: 'enough' });
    assert.equal(canceled.body.state, 'canceling');
    const outcome = await server.op('jobs.wait', { id });
    assert.deepEqual([outcome.body.done, outcome.body.success], [true, false]);
    const job = await server.op('jobs.get', { id });
    assert.deepEqual(
      [job.body.type, job.body.canceled, job.body.canceledBy !== null, job.body.canceledReason],
      ['CompletedJob', true, true, 'enough'],
    );
    const again = await server.op('jobs.cancel', { id });
    assert.equal(again.status, 409);
  });

  it('cancels a queued job, and shows a tag that nobody serves as waiting', async () => {
    const run = await server.op('jobs.run', { path: 'f/examples/hello', tag: 'gpu' });
    const job = await server.op('jobs.get', { id: run.body.id });
    assert.deepEqual([job.body.type, job.body.running], ['QueuedJob', false]);
    assert.equal((await server.op('jobs.completed', { id: run.body.id })).status, 404);
    const canceled = await server.op('jobs.cancel', { id: run.body.id });
    assert.equal(canceled.body.state, 'canceled');
    assert.equal((await server.op('jobs.completed', { id: run.body.id })).status, 200);
  });

  it('ends a run at its timeout, with the limit in the error', async () => {
    const run = await preview('export function main() { for (;;) {} }', { timeout: 1 });
    assert.equal(run.body.success, false);
    assert.match(run.body.result.error.message, /1( s|000 ms)/);
  });

  it('hands out the id when the wait is over, and the job goes on', async () => {
    const content =
      'export const main = () => new Promise((done) => setTimeout(() => done(7), 600))';
    const run = await preview(content, { waitMs: 50 });
    assert.deepEqual([run.body.done, run.body.success], [false, null]);
    const outcome = await server.op('jobs.wait', { id: run.body.id });
    assert.equal(outcome.body.result, 7);
  });

  it('starts a job later when asked to', async () => {
    const soon = Math.round(systemClock.now()) + 1000;
    const run = await server.op('jobs.run', { path: 'f/examples/hello', scheduledFor: soon });
    const waiting = await server.op('jobs.get', { id: run.body.id });
    assert.equal(waiting.body.running, false);
    const outcome = await server.op('jobs.wait', { id: run.body.id });
    assert.equal(outcome.body.success, true);
    const job = await server.op('jobs.get', { id: run.body.id });
    assert.ok(job.body.startedAt >= soon);
  });

  it('gives a run a token that dies with it and is masked in the log', async () => {
    const content = `export async function main() {
      console.log('token', process.env.WM_TOKEN);
      const { BASE_INTERNAL_URL, WM_WORKSPACE } = process.env;
      const url = BASE_INTERNAL_URL + '/api/w/' + WM_WORKSPACE + '/users/whoami';
      const me = await fetch(url, { headers: { authorization: 'Bearer ' + process.env.WM_TOKEN } });
      return { status: me.status, body: await me.text(), token: process.env.WM_TOKEN };
    }`;
    const run = await preview(content);
    assert.equal(run.body.result.status, 200, JSON.stringify(run.body));
    const { token } = run.body.result;
    assert.match(token, /^mrj_/);
    const logs = await server.op('jobs.logs', { id: run.body.id });
    assert.ok(!logs.body.logs.includes(token), 'the log masks the token');
    assert.match(logs.body.logs, /mrj\*\*\*\*\*/);
    const dead = await server.fetch(`/api/w/${server.workspace}/users/whoami`, { token });
    assert.equal(dead.status, 401);
  });

  it('does not let a job make tokens', async () => {
    const content = `export async function main() {
      const answer = await fetch(process.env.BASE_INTERNAL_URL + '/api/users/tokens/create', {
        method: 'POST', body: '{}',
        headers: {
          authorization: 'Bearer ' + process.env.WM_TOKEN,
          'content-type': 'application/json',
        },
      });
      return answer.status;
    }`;
    assert.equal((await preview(content)).body.result, 403);
  });

  it('keeps people out of the jobs of others', async () => {
    const email = 'curious@example.com';
    await server.op('users.create', { email, password: 'a long enough password' });
    await server.op('members.add', { email, username: 'curious', role: 'developer' });
    const login = await server.op('session.login', { email, password: 'a long enough password' });
    const run = await preview('export const main = () => "private"');
    const { id } = run.body;
    for (const name of ['jobs.get', 'jobs.logs', 'jobs.result', 'jobs.args', 'jobs.update']) {
      const answer = await server.op(name, { id }, login.body.token);
      assert.equal(answer.status, 404, name);
      assert.ok(!JSON.stringify(answer.body).includes('private'), name);
    }
    assert.equal((await server.op('jobs.cancel', { id }, login.body.token)).status, 404);
    assert.equal((await server.op('jobs.rerun', { id }, login.body.token)).status, 404);
    const list = await server.op('jobs.list', {}, login.body.token);
    assert.ok(!list.body.some((row: { id: string }) => row.id === id));
  });

  it('records every call, refused ones too', async () => {
    const token = await server.tokenWith(['scripts:read']);
    const refused = await server.op('jobs.run', { path: 'f/examples/hello' }, token);
    assert.equal(refused.status, 403);
    assert.match(JSON.stringify(refused.body), /scripts:read/);
    await server.op('jobs.run', { path: 'f/examples/hello', args: { name: 'canary-argument' } });
    const { body } = await server.op('audit.list', {});
    const facts = body
      .filter((row: { operation: string }) => row.operation === 'jobs.run')
      .slice(0, 2)
      .map((row: any) => [row.outcome, row.code, row.target, row.email, row.surface]);
    assert.deepEqual(facts, [
      ['ok', null, 'scripts/f/examples/hello', server.owner.email, 'rest'],
      ['refused', 'insufficient_scope', 'scripts/f/examples/hello', server.owner.email, 'rest'],
    ]);
    const all = JSON.stringify(body);
    assert.ok(!all.includes(token), 'audit holds no token');
    assert.ok(!all.includes('canary-argument'), 'audit holds no arguments');
  });

  it('tells who did what with a job, in a bounded time', async () => {
    const content = `export async function main() {
      const { BASE_INTERNAL_URL, WM_WORKSPACE, WM_TOKEN } = process.env;
      const headers = { authorization: \`Bearer \${WM_TOKEN}\` };
      const address = \`\${BASE_INTERNAL_URL}/api/w/\${WM_WORKSPACE}/scripts/list\`;
      return (await fetch(address, { headers })).status;
    }`;
    const made = await server.op('jobs.previewWait', { language: 'bun', content });
    const { id } = made.body;
    assert.equal(made.body.result, 200, JSON.stringify(made.body));
    const other = await server.op('jobs.runWait', {
      path: 'f/examples/hello',
      args: { name: 'o' },
    });
    for (const each of [id, other.body.id]) await server.op('jobs.get', { id: each });
    assert.equal((await server.op('jobs.erase', { id })).status, 200);
    const list = (input: object) => server.op('audit.list', { job: id, ...input });
    // Reads are written behind; what waits is written with the next batch.
    let rows: any[] = [];
    while (rows.length < 3) rows = (await list({})).body;
    const facts = rows.map((row) => `${row.operation} ${row.target} ${row.jobId}`);
    const wanted = [`jobs.erase jobs/${id} null`, `jobs.get jobs/${id} null`];
    assert.deepEqual(new Set(facts), new Set([...wanted, `scripts.list null ${id}`]));
    const asWindmill = await server.fetch(
      `/api/w/${server.workspace}/audit/list?resource=${id}&operation=jobs.erase`,
    );
    const shown = (await asWindmill.json()) as { operation: string }[];
    assert.deepEqual(
      shown.map(({ operation }) => operation),
      ['jobs.erase'],
    );
    const now: number = rows[0].at;
    assert.deepEqual((await list({ before: now - 3_600_000 })).body, []);
    const tooLong = await list({ after: now - 94 * 86_400_000 });
    assert.equal(tooLong.status, 400);
    assert.match(JSON.stringify(tooLong.body), /93 days/);
    assert.equal((await list({ after: now - 90 * 86_400_000 })).body.length, 3);
    assert.equal((await server.op('audit.list', { job: 'no id' })).status, 400);
  });

  it('lists newest first, by filters', async () => {
    const run = await server.op('jobs.runWait', {
      path: 'f/examples/hello',
      args: { name: 'filter me' },
    });
    const found = await server.op('jobs.list', { args: { name: 'filter me' } });
    assert.deepEqual(
      found.body.map((row: { id: string }) => row.id),
      [run.body.id],
    );
    const newest = await server.op('jobs.list', { perPage: 1 });
    assert.equal(newest.body[0].id, run.body.id);
    assert.equal(newest.body[0].args, null, 'lists carry no arguments');
    const none = await server.op('jobs.list', { scriptPathExact: 'f/examples/other' });
    assert.deepEqual(none.body, []);
  });
});
