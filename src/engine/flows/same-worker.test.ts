// `same_worker`: all steps of a run see one folder, ./shared, in every language, in parallel, in
// sub-flows and after a wait; it goes with the run, and the run goes with its worker.
import assert from 'node:assert/strict';
import { globSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { startWorkerProcess, type WorkerProcess } from '../../../test/kit/spawned-worker.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const code =
  (language: string) =>
  (id: string, content: string, { inputs = {}, ...more }: Json = {}): Json => ({
    id,
    value: { type: 'rawscript', language, content, input_transforms: inputs },
    ...more,
  });
const [bun, deno, python3, bash] = [code('bun'), code('deno'), code('python3'), code('bash')];
const fs = "import { appendFileSync, readdirSync, readFileSync } from 'node:fs';\n";
const readAll = `${fs}export const main = () => Object.fromEntries(
  readdirSync('shared').toSorted().map((name) => [name, readFileSync('shared/' + name, 'utf8')]))`;
const parallel = {
  id: 'l',
  value: {
    type: 'forloopflow',
    iterator: js('[1, 2, 3]'),
    parallel: true,
    modules: [
      bun('x', `${fs}export const main = (n: number) => appendFileSync('shared/n' + n, 'x')`, {
        inputs: { n: js('flow_input.iter.value') },
      }),
    ],
  },
};

describe('same_worker', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const value = { modules: [bash('s', 'echo -n sub > shared/sub')] };
    assert.equal((await server.op('flows.create', { path: 'f/examples/sub', value })).status, 200);
  });
  after(() => server.stop());

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const run = (modules: Json[], more: Json = { same_worker: true }) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, waitMs: 60_000 });

  it('is one folder for all languages, branches, loops and sub-flows', async () => {
    const append = "open('shared/all', 'a').write('python;')";
    const { result, success } = await run([
      bun('a', `${fs}export const main = () => appendFileSync('./shared/all', 'bun;')`),
      python3('b', `def main():\n    ${append}`),
      bash('c', 'echo -n "bash;" >> ./shared/all'),
      deno('d', `${fs}export const main = () => appendFileSync('./shared/deno', 'x')`),
      bun('e', `//nodejs\n${fs}export const main = () => appendFileSync('shared/all', 'node')`),
      parallel,
      { id: 'f', value: { type: 'flow', path: 'f/examples/sub', input_transforms: {} } },
      bun('z', readAll),
    ]);
    assert.equal(success, true, JSON.stringify(result));
    const all = 'bun;python;bash;node';
    assert.deepEqual(result, { all, deno: 'x', n1: 'x', n2: 'x', n3: 'x', sub: 'sub' });
  });

  it('is nothing to other runs, and gone with its own', async () => {
    const folders = (): string[] => globSync(`${tmpdir()}/millrace-jobs-${process.pid}-*/shared-*`);
    const parents = globSync(`${tmpdir()}/millrace-jobs-${process.pid}-*`);
    const write = bash('a', 'echo -n mine > shared/own; ln -s /etc shared/link');
    const stop = { required_events: 1, timeout: 60 };
    const read = bun('b', `${fs}export const main = () => readFileSync('shared/own', 'utf8')`);
    const { id } = await op('jobs.previewFlow', {
      value: { modules: [{ ...write, suspend: stop }, read], same_worker: true },
    });
    for (let waits = 0; waits < 1;) {
      const job = await op('jobs.get', { id });
      assert.notEqual(job.type, 'CompletedJob', JSON.stringify(job.result));
      waits = job.suspend ?? 0;
      if (waits < 1) await op('jobs.update', { id, running: true, holdMs: 500 });
    }
    assert.ok(folders().length > 0, 'it waits in its folder');
    const other = await run([bun('z', readAll)]);
    assert.deepEqual(other.result, {});
    const none = await run([bun('z', readAll)], {});
    assert.match(none.result.error.message, /shared/);
    const gone = parents.map((parent) => watch(parent));
    const emptied = new Promise<void>((resolve) => {
      const look = (): void => void (folders().length === 0 && resolve());
      for (const watcher of gone) watcher.on('change', look);
    });
    await op('approvals.resume', { id });
    assert.equal((await op('jobs.wait', { id, waitMs: 60_000 })).result, 'mine');
    await emptied;
    for (const watcher of gone) watcher.close();
  });

  it('does not go on without its folder: restarts begin at the first step', async () => {
    const modules = [bash('a', 'echo 1'), bash('b', 'ls shared')];
    const { id } = await run(modules);
    const refused = await server.op('jobs.restartFlow', { id, stepId: 'b' });
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.message, /shared folder/);
    assert.equal((await server.op('jobs.restartFlow', { id, stepId: 'a' })).status, 200);
  });
});

describe('same_worker among several workers', () => {
  let server: TestServer;
  let workers: WorkerProcess[] = [];
  const startWorkers = (count: number): Promise<WorkerProcess[]> =>
    Promise.all(
      Array.from({ length: count }, () =>
        startWorkerProcess([], {
          MILLRACE_WORKER_SLOTS: '2',
          MILLRACE_DATABASE_URL: server.databaseUrl,
          MILLRACE_BASE_URL: server.origin,
        }),
      ),
    );
  before(async () => {
    server = await startTestServer({ MILLRACE_WORKER_SLOTS: '0' });
    workers = await startWorkers(2);
  });
  after(async () => {
    for (const worker of workers) await worker.kill9();
    await server.stop();
  });
  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  it('keeps all steps on the one that ran the first', async () => {
    const value = { modules: [parallel, bun('z', readAll)], same_worker: true };
    const { result, id } = await op('jobs.previewFlowWait', { value, waitMs: 60_000 });
    assert.deepEqual(result, { n1: 'x', n2: 'x', n3: 'x' });
    const jobs: Json[] = await op('jobs.list', { parentJob: id });
    assert.equal(jobs.length, 4);
    assert.equal(new Set(jobs.map(({ worker }) => worker)).size, 1, JSON.stringify(jobs));
  });

  it('fails clearly when that worker is killed, and never runs elsewhere', async () => {
    const slow = 'cat shared/a; sleep 300';
    const retry = { constant: { attempts: 1, seconds: 0 } };
    const value = {
      modules: [bash('a', 'echo -n 1 > shared/a'), bash('b', slow, { retry })],
      failure_module: bun('failure', 'export const main = (error: any) => error', {
        inputs: { error: js('error') },
      }),
      same_worker: true,
    };
    const { id } = await op('jobs.previewFlow', { value });
    let second: string | undefined;
    while (!second) {
      await op('jobs.update', { id, running: true, holdMs: 500 });
      second = (await op('jobs.get', { id })).flowStatus.modules[1].job;
    }
    while ((await op('jobs.update', { id: second, holdMs: 500 })).newLogs === '');
    const { worker } = await op('jobs.get', { id: second });
    const home = workers.find(({ pid }) => worker.includes(`-${pid}-`));
    assert.ok(home, worker);
    await home.kill9();
    workers = workers.filter((one) => one !== home);
    const { success, result } = await op('jobs.wait', { id, waitMs: 60_000 });
    assert.equal(success, false);
    assert.equal(result.name, 'SharedFolderLost', JSON.stringify(result));
    assert.match(result.message, /worker.*is gone, and the folder with it; run the flow again/);
  });
});
