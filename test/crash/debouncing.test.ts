// A server killed with -9 around the commit in which a step puts off the step of another flow: both
// are told, or neither, and nobody waits for ever.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { newId } from '../../src/base/index.ts';
import { freshDatabase, type FreshDatabase } from '../kit/database.ts';
import { temporaryFolder } from '../kit/folders.ts';

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };
const main = new URL('crashing-server.ts', import.meta.url).pathname;

describe('kill -9 while a step is put off', () => {
  const folder = temporaryFolder();
  let database: FreshDatabase;
  let child: ChildProcess;
  let origin = '';
  let token = '';
  let lines: AsyncIterator<string>;

  async function start(): Promise<void> {
    child = spawn(process.execPath, [main], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        MILLRACE_PORT: '0',
        MILLRACE_DATABASE_URL: database.url,
        MILLRACE_DATA: folder.path,
        MILLRACE_OWNER_EMAIL: owner.email,
        MILLRACE_OWNER_PASSWORD: owner.password,
        MILLRACE_WORKSPACE: 'test',
        MILLRACE_ALLOW_UNSANDBOXED: '1',
      },
    });
    assert.ok(child.stdout);
    lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    origin = (await lines.next()).value;
    assert.match(origin, /^http:/);
  }
  const death = (): Promise<unknown> =>
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => child.once('exit', resolve));

  async function op(name: string, input: unknown = {}): Promise<any> {
    const response = await fetch(`${origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    assert.equal(response.status, 200, `${name}: ${text}`);
    return JSON.parse(text);
  }
  async function waiting(id: string): Promise<string> {
    for (;;) {
      const { flowStatus } = await op('jobs.get', { id });
      const { job } = flowStatus.modules[0];
      if (job !== undefined && (await op('jobs.standing', { id: job })).code === 'debounced') {
        return job;
      }
      await op('jobs.update', { id, running: true, holdMs: 100 });
    }
  }
  const run = (value: number, jobId: string) =>
    op('jobs.runFlow', { path: 'f/crash/wait', args: { list: [value] }, jobId });

  before(async () => {
    database = await freshDatabase();
    await start();
    token = (await op('session.login', owner)).token;
    await op('folders.create', { name: 'crash' });
    const content = 'export const main = (list: number[]) => list';
    await op('scripts.create', { path: 'f/crash/list', language: 'bun', content });
    const list = { type: 'javascript', expr: 'flow_input.list' };
    const step = { type: 'script', path: 'f/crash/list', input_transforms: { list } };
    const debouncing = {
      debounce_delay_s: 3600,
      debounce_key: 'one',
      debounce_args_to_accumulate: ['list'],
    };
    const value = { modules: [{ id: 'a', value: step, debouncing }] };
    await op('flows.create', { path: 'f/crash/wait', value });
  });
  after(async () => {
    child.stdin?.end();
    await death();
    await database.drop();
    folder.remove();
  });

  for (const point of ['before first step', 'after first step']) {
    it(`killed ${point}`, async () => {
      const [first, second] = [newId(), newId()];
      await run(1, first);
      const earlier = await waiting(first);
      child.stdin?.write(`${point}\n`);
      assert.equal((await lines.next()).value, point);
      await run(2, second).catch((error: unknown) => {
        if (error instanceof assert.AssertionError) throw error;
      });
      await death();
      assert.equal(child.signalCode, 'SIGKILL');
      await start();
      const left = await waiting(second);
      const over = await op('jobs.wait', { id: first, waitMs: 60_000 });
      assert.deepEqual(over.result, { debounced_by: left });
      assert.equal((await op('jobs.get', { id: earlier })).isSkipped, true);
      await op('jobs.runNow', { id: left });
      assert.deepEqual((await op('jobs.wait', { id: second, waitMs: 60_000 })).result, [1, 2]);
    });
  }
});
