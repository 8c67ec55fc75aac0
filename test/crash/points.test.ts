// A server killed with -9 at each marked point of a flow's life, before and after each commit: no
// step that was over runs again, one that ran runs again in its own job, and the flow ends with the
// result that it has without a crash.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { newId } from '../../src/base/index.ts';
import { freshDatabase, type FreshDatabase } from '../kit/database.ts';
import { temporaryFolder } from '../kit/folders.ts';

type Json = Record<string, any>;

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };
const main = new URL('crashing-server.ts', import.meta.url).pathname;

const kinds = [
  'first step',
  'step',
  'iteration',
  'loop join',
  'branch',
  'branch join',
  'retry',
  'suspend',
  'answer',
  'resume',
  'inner first step',
  'inner step',
  'inner end',
  'end',
];
const points = ['after start', ...kinds.flatMap((kind) => [`before ${kind}`, `after ${kind}`])];

const js = (expr: string): Json => ({ type: 'javascript', expr });

/** Says at the recorder which job of which step begins; `n` is its result. */
const code = `export async function main(at: string, key: string, n: any, fails = false) {
  const answer = await fetch(at + '/' + key + '/' + process.env.WM_JOB_ID);
  if (fails && (await answer.text()) === '1') throw new Error('the first try fails');
  return n;
}`;
/** `key` names the step at the recorder, in a template; `n` is an expression. */
const step = (id: string, { key = id, n, fails, ...more }: Json): Json => {
  const inputs = { at: js('flow_input.at'), key: js(`\`${key}\``), n: js(n) };
  const all = fails ? { ...inputs, fails: { type: 'static', value: true } } : inputs;
  return { id, value: { type: 'script', path: 'f/crash/step', input_transforms: all }, ...more };
};
const iter = 'flow_input.iter.value';
const loop = (id: string, modules: Json[], parallel: boolean): Json => ({
  id,
  value: { type: 'forloopflow', iterator: js('[1, 2]'), parallel, modules },
});
const each = (id: string, n: string): Json => step(id, { key: `${id}\${${iter}}`, n });
const value = {
  modules: [
    step('a', { n: '1' }),
    loop('l', [each('x', iter), each('y', 'results.x * 10')], false),
    {
      id: 'b',
      value: {
        type: 'branchall',
        branches: [{ modules: [step('p', { n: '3' })] }, { modules: [step('q', { n: '4' })] }],
      },
    },
    step('r', { n: '5', fails: true, retry: { constant: { attempts: 1, seconds: 0 } } }),
    step('w', { n: '6', suspend: { required_events: 1 } }),
    loop('m', [each('s', iter), each('t', 'results.s + 1')], true),
    step('z', {
      n: '[results.a, results.l, results.b, results.r, results.w, results.m, resume]',
    }),
  ],
};
const result = [1, [10, 20], [3, 4], 5, 6, [2, 3], 'yes'];
const keys = 'a p q r s1 s2 t1 t2 w x1 x2 y1 y2 z'.split(' ');

describe('kill -9 at each marked point of a flow', () => {
  const folder = temporaryFolder();
  let database: FreshDatabase;
  let recorder: Server;
  let at = '';
  let child: ChildProcess;
  let origin = '';
  let token = '';
  let lines: AsyncIterator<string>;
  /** By key: each job that began, and how often it did. */
  let begun = new Map<string, Map<string, number>>();

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
        MILLRACE_WORKER_SLOTS: '4',
        MILLRACE_ALLOW_UNSANDBOXED: '1',
        // Thirty starts of the same sources.
        NODE_COMPILE_CACHE: `${folder.path}/compiled`,
      },
    });
    assert.ok(child.stdout);
    lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    origin = (await lines.next()).value;
    assert.match(origin, /^http:/);
  }
  const dead = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const death = (): Promise<unknown> =>
    dead() ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve));

  async function op(name: string, input: unknown = {}): Promise<{ status: number; body: any }> {
    const response = await fetch(`${origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Takes the flow to its end, or to the death of the server: undefined then. */
  async function drive(id: string): Promise<Json | undefined> {
    try {
      for (;;) {
        const { status, body } = await op('jobs.get', { id, noLogs: true });
        assert.equal(status, 200, JSON.stringify(body));
        if (body.type === 'CompletedJob') return body;
        if (body.suspend > 0) await op('approvals.resume', { id, payload: 'yes' });
        else await op('jobs.update', { id, running: true, holdMs: 100 });
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      // The connection broke: that is what the test waits for.
      await death();
      return undefined;
    }
  }

  before(async () => {
    database = await freshDatabase();
    recorder = createServer((request, response) => {
      const [, key = '', job = ''] = (request.url ?? '').split('/');
      const jobs = begun.get(key) ?? new Map<string, number>();
      begun.set(key, jobs.set(job, (jobs.get(job) ?? 0) + 1));
      response.end(String(jobs.size));
    });
    await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
    at = `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`;
    await start();
    token = (await op('session.login', owner)).body.token;
    await op('folders.create', { name: 'crash' });
    const script = { path: 'f/crash/step', language: 'bun', content: code };
    const made = await op('scripts.create', script);
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const flow = await op('flows.create', { path: 'f/crash/flow', value });
    assert.equal(flow.status, 200, JSON.stringify(flow.body));
  });
  after(async () => {
    child.stdin?.end();
    await death();
    recorder.close();
    await database.drop();
    folder.remove();
  });

  /** Starts the flow; the server may die before it answers, so the id is ours. */
  async function startFlow(jobId: string): Promise<void> {
    try {
      const { status, body } = await op('jobs.runFlow', {
        path: 'f/crash/flow',
        args: { at },
        jobId,
      });
      assert.equal(status, 200, JSON.stringify(body));
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
  }

  for (const point of ['', ...points]) {
    it(point === '' ? 'without a crash' : `killed ${point}`, async () => {
      begun = new Map();
      if (point !== '') {
        child.stdin?.write(`${point}\n`);
        assert.equal((await lines.next()).value, point);
      }
      const id = newId();
      await startFlow(id);
      let job = await drive(id);
      if (point !== '') {
        assert.equal(job, undefined, `the point ${point} was never reached`);
        assert.equal(child.signalCode, 'SIGKILL');
        await start();
        job = await drive(id);
      }
      assert.deepEqual(job?.['result'], result, JSON.stringify(job?.['result']));
      assert.equal(job['flowStatus'].modules[4].approvers.length, 1);
      assert.deepEqual([...begun.keys()].toSorted(), keys);
      for (const [key, jobs] of begun) {
        assert.equal(jobs.size, key === 'r' ? 2 : 1, `${key} was over and ran again`);
        for (const times of jobs.values()) assert.ok(times <= 2, `${key} ran ${times} times`);
      }
      const again = [...begun.values()].flatMap((jobs) => [...jobs.values()]);
      if (point === '') assert.ok(again.every((times) => times === 1));
    });
  }

  it('deadlines and links of approvals outlive the server', async () => {
    begun = new Map();
    const asks = (suspend: Json) => ({ modules: [step('w', { n: '1', suspend })] });
    child.stdin?.write('after suspend\n');
    assert.equal((await lines.next()).value, 'after suspend');
    const late = newId();
    const short = { value: asks({ required_events: 1, timeout: 0.5 }), args: { at } };
    await op('jobs.previewFlow', { ...short, jobId: late }).catch(() => undefined);
    await death();
    await start();
    const ended = await op('jobs.wait', { id: late });
    assert.equal(ended.body.result.error.name, 'SuspendedTimedOut', JSON.stringify(ended.body));

    const more = { value: asks({ required_events: 1 }), args: { at } };
    const { id } = (await op('jobs.previewFlow', more)).body;
    let job: string | undefined;
    while (job === undefined) {
      job = (await op('jobs.get', { id })).body.flowStatus.modules[0].job;
    }
    await op('jobs.wait', { id: job });
    const urls = (await op('approvals.resumeUrls', { job, resumeId: 1 })).body;
    child.kill('SIGKILL');
    await death();
    await start();
    const { pathname } = new URL(urls.resume);
    assert.equal((await fetch(new URL(pathname, origin))).status, 201);
    assert.equal((await fetch(new URL(pathname, origin))).status, 409);
    assert.equal((await op('jobs.wait', { id })).body.result, 1);
  });
});
