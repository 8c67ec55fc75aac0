// Worker processes of their own beside a server that only serves: groups and tags, why a job
// waits, a stop in good order, and the rescue of what a killed worker ran.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { startWorkerProcess, type WorkerProcess } from '../../../test/kit/spawned-worker.ts';

const folder = 'f/work';

/** Runs until the variable of its gate is there. */
const gated = `export async function main(gate: string) {
  console.log('begun');
  const { BASE_INTERNAL_URL, WM_WORKSPACE, WM_TOKEN } = process.env;
  const url = BASE_INTERNAL_URL + '/api/w/' + WM_WORKSPACE + '/variables/exists/f/work/' + gate;
  const headers = { authorization: 'Bearer ' + WM_TOKEN };
  while ((await (await fetch(url, { headers })).text()) !== 'true') {
    await new Promise((again) => setTimeout(again, 50));
  }
  return 'ended';
}`;

describe('workers', () => {
  let server: TestServer;
  const workers: WorkerProcess[] = [];

  const start = async (flags: string[], env: Record<string, string> = {}) => {
    const worker = await startWorkerProcess(flags, {
      MILLRACE_DATABASE_URL: server.databaseUrl,
      MILLRACE_BASE_URL: server.origin,
      ...env,
    });
    workers.push(worker);
    return worker;
  };
  const op = async (name: string, input: unknown = {}) => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const rest = async (path: string, init: RequestInit = {}) => {
    const response = await server.fetch(path, init);
    const text = await response.text();
    assert.equal(response.status, 200, `${path}: ${text}`);
    return text;
  };
  const script = (name: string, content: string, more: object = {}) =>
    op('scripts.create', { path: `${folder}/${name}`, language: 'bash', content, ...more });
  const open = (gate: string) =>
    op('variables.create', { path: `${folder}/${gate}`, value: 'open', isSecret: false });
  /** Resolves once the job has printed something. */
  async function begun(id: string): Promise<void> {
    for (;;) {
      const news = await op('jobs.update', { id, holdMs: 5000 });
      if (news.newLogs !== '') return;
    }
  }

  before(async () => {
    server = await startTestServer({ MILLRACE_WORKER_SLOTS: '0' });
    await op('folders.create', { name: 'work' });
    await script('where', 'echo $WM_WORKER_GROUP');
    await script('gpu', 'echo gpu', { tag: 'gpu' });
    await script('any', 'echo any', { tag: '$workspace-$args[size]' });
    // Goes on until the file is there; a second attempt finds that it need not.
    for (const [name, more] of [
      ['slow', {}],
      ['once', { rerunOnCrash: false }],
    ] as const) {
      await script(name, gated, { language: 'bun', ...more });
    }
  });
  after(async () => {
    for (const worker of workers) worker.terminate();
    await Promise.all(workers.map((worker) => worker.ended));
    await server.stop();
  });

  it('serve the tags that they are told, and the server says why the others wait', async () => {
    const early = await op('jobs.run', { path: `${folder}/gpu` });
    const alone = await op('jobs.standing', { id: early.id });
    assert.deepEqual(
      { state: alone.state, code: alone.code, position: alone.position, workers: alone.workers },
      { state: 'queued', code: 'no_worker', position: 1, workers: 0 },
    );
    assert.match(alone.reason, /^No worker serves the tag gpu\. Start one with/);
    const seen = JSON.parse(await rest(`/api/w/test/jobs_u/get/${early.id}`));
    assert.equal(seen.wait_reason, alone.reason);
    assert.equal(seen.queue_position, 1);

    await start(['--group', 'plain', '--tags', 'bash,flow']);
    const where = await op('jobs.runWait', { path: `${folder}/where` });
    assert.equal(where.result, 'plain');
    const still = await op('jobs.standing', { id: early.id });
    assert.equal(still.code, 'no_worker', 'the worker of another tag does not take it');

    const tags = 'workers/exists_workers_with_tags?tags=bash,gpu';
    assert.deepEqual(JSON.parse(await rest(`/api/${tags}`)), { bash: true, gpu: false });
    assert.deepEqual(JSON.parse(await rest('/api/workers/queue_counts')), { gpu: 1 });

    // A group may learn a tag while its worker runs.
    await rest('/api/configs/update/worker__cards', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ worker_tags: ['cards'], init_bash: '' }),
    });
    await start(['--group', 'cards']);
    assert.deepEqual(JSON.parse(await rest('/api/workers/custom_tags')), ['cards']);
    const config = { worker_tags: ['cards', 'gpu', 'test-xl'] };
    await op('workers.setGroup', { name: 'cards', config });
    const done = await op('jobs.wait', { id: early.id, waitMs: 30_000 });
    assert.equal(done.result, 'gpu');

    const sized = await op('jobs.runWait', { path: `${folder}/any`, args: { size: 'xl' } });
    assert.equal(sized.result, 'any');
    const job = await op('jobs.get', { id: sized.id });
    assert.equal(job.tag, 'test-xl');
    assert.match(job.worker, /^wk-cards-/);
    const listed = JSON.parse(await rest('/api/workers/list'));
    const groups = listed.map((each: { worker_group: string }) => each.worker_group);
    assert.deepEqual(groups.toSorted(), ['cards', 'plain']);
    for (const name of ['occupancy_rate', 'occupancy_rate_30m', 'memory', 'wm_memory_usage']) {
      assert.equal(typeof listed[0][name], 'number', name);
    }
  });

  it('finish what runs before they stop, and take nothing new', async () => {
    const gate = 'drain';
    const old = await start(['--tags', 'old', '--drain-secs', '60']);
    const ran = await op('jobs.run', { path: `${folder}/slow`, args: { gate }, tag: 'old' });
    await begun(ran.id);
    const earlier = await op('jobs.get', { id: ran.id });
    old.terminate();
    await start(['--tags', 'old', '--group', 'next']);
    const later = await op('jobs.runWait', { path: `${folder}/where`, tag: 'old' });
    assert.equal(later.result, 'next', 'the one that stops takes no more');
    await open(gate);
    const done = await op('jobs.wait', { id: ran.id, waitMs: 30_000 });
    assert.equal(done.result, 'ended');
    assert.equal((await op('jobs.get', { id: ran.id })).worker, earlier.worker);
    assert.equal(await old.ended, 0);
  });

  it('give back what does not end in time, and another one runs it again', async () => {
    const gate = 'late';
    const old = await start(['--tags', 'late', '--drain-secs', '0']);
    const wanted = { path: `${folder}/slow`, args: { gate }, tag: 'late' };
    const [ran, once] = [
      await op('jobs.run', wanted),
      await op('jobs.run', { ...wanted, path: `${folder}/once` }),
    ];
    await begun(ran.id);
    await begun(once.id);
    old.terminate();
    assert.equal(await old.ended, 0);
    const failed = await op('jobs.wait', { id: once.id, waitMs: 30_000 });
    assert.equal(failed.success, false);
    assert.match(failed.result.error.message, /was stopped while the job ran; it is not run again/);
    await open(gate);
    await start(['--tags', 'late']);
    const done = await op('jobs.wait', { id: ran.id, waitMs: 30_000 });
    assert.equal(done.result, 'ended');
    const { logs } = await op('jobs.logs', { id: ran.id });
    assert.match(logs, /^begun\n--- the worker is gone; attempt 2 begins ---\nbegun\n$/);
  });

  it('give back what is killed with them', async () => {
    // Kills its own process the first time, as a supervisor that stops a whole group does.
    const killed = gated.replace(
      "return 'ended'",
      `const seen = (await (await fetch(url + '_seen', { headers })).text()) === 'true';
         if (seen) return 'ended';
         const body = JSON.stringify({
           path: 'f/work/' + gate + '_seen', value: '', is_secret: false, description: '' });
         const create = url.replace(/exists.*/, 'create');
         const type = { ...headers, 'content-type': 'application/json' };
         await fetch(create, { method: 'POST', headers: type, body });
         process.kill(process.pid, 'SIGKILL');
         await new Promise(() => {})`,
    );
    await script('killed', killed, { language: 'bun' });
    const gate = 'group';
    const old = await start(['--tags', 'group', '--drain-secs', '60']);
    const ran = await op('jobs.run', { path: `${folder}/killed`, args: { gate }, tag: 'group' });
    await begun(ran.id);
    old.terminate();
    await start(['--tags', 'group']);
    await open(gate);
    assert.equal(await old.ended, 0);
    const done = await op('jobs.wait', { id: ran.id, waitMs: 30_000 });
    assert.equal(done.result, 'ended', JSON.stringify(done));
    const { logs } = await op('jobs.logs', { id: ran.id });
    assert.match(logs, /attempt 2 begins/);
  });

  it('take over from one that was killed', async () => {
    const gate = 'killed';
    const doomed = await start(['--tags', 'doomed']);
    const ran = await op('jobs.run', { path: `${folder}/slow`, args: { gate }, tag: 'doomed' });
    await begun(ran.id);
    const earlier = await op('jobs.get', { id: ran.id });
    await doomed.kill9();
    await open(gate);
    // It looks for dead neighbours when it starts, and every ten seconds after that.
    await start(['--tags', 'doomed']);
    const done = await op('jobs.wait', { id: ran.id, waitMs: 30_000 });
    assert.equal(done.result, 'ended');
    const now = await op('jobs.get', { id: ran.id });
    assert.notEqual(now.worker, earlier.worker);
    const workersNow = await op('workers.list', { perPage: 100 });
    const names = workersNow.map((each: { worker: string }) => each.worker);
    assert.ok(!names.includes(earlier.worker), 'the dead one is not listed');
  });

  it('tell how many jobs waited, and how long', async () => {
    const series = JSON.parse(await rest('/api/workers/queue_metrics_series?window_secs=60'));
    assert.ok(series.to - series.from === 60_000);
    for (const { tag, count, delay } of series.tags) {
      assert.equal(typeof tag, 'string');
      assert.equal(count.length, delay.length);
      for (const [at, value] of [...count, ...delay]) {
        assert.ok(at >= series.from && at <= series.to && value > 0);
      }
    }
    const older = JSON.parse(await rest('/api/workers/queue_metrics'));
    assert.ok(Array.isArray(older));
    const wide = await server.op('workers.queueMetrics', { windowSecs: 10_000_000 });
    assert.equal(wide.status, 400);
  });

  it('have groups whose other settings are refused, and only devops change them', async () => {
    const config = { worker_tags: ['a'], init_bash: 'echo hi' };
    const refused = await server.op('workers.setGroup', { name: 'x', config });
    assert.equal(refused.status, 501, JSON.stringify(refused.body));
    assert.match(refused.body.error.message, /init_bash/);
    const bad = await server.op('workers.setGroup', { name: 'x', config: { worker_tags: 'a' } });
    assert.equal(bad.status, 400);
    const gone = await server.op('workers.getGroup', { name: 'x' });
    assert.equal(gone.status, 404);
    const list = JSON.parse(await rest('/api/configs/list_worker_groups'));
    assert.deepEqual(list[0], {
      name: 'cards',
      config: { worker_tags: ['cards', 'gpu', 'test-xl'] },
    });
    assert.deepEqual(list.at(-1), { name: 'plain', config: {} });
  });
});
