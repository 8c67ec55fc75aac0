// Running flows again: from a step, an iteration or a branch; all of them at once; before their
// time; and ending them in every state that they can be in.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const raw = (id: string, content: string, { inputs = {}, ...more }: Json = {}): Json => ({
  id,
  value: { type: 'rawscript', language: 'bun', content, input_transforms: inputs },
  ...more,
});
/** A value that no two runs have in common. */
const fresh = (id: string, inputs: Json = {}, more: Json = {}): Json =>
  raw(id, 'export const main = (a: any) => ({ a, made: crypto.randomUUID() })', {
    inputs,
    ...more,
  });
const endless = 'export const main = () => new Promise(() => setInterval(() => {}, 1000))';

describe('flows again', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const run = (modules: Json[], more: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, args: { x: 7 }, waitMs: 30_000 });
  const statusOf = async (id: string) => (await op('jobs.get', { id })).flowStatus;
  async function restart(id: string, point: Json): Promise<Json> {
    const response = await server.fetch(`/api/w/test/jobs/restart/f/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(point),
    });
    const text = await response.text();
    if (response.status !== 201) return { status: response.status, text };
    assert.notEqual(text, id, 'a new job');
    return op('jobs.wait', { id: text });
  }

  it('from a step: what came before is kept, the rest runs again', async () => {
    const modules = [
      fresh('a', { a: js('flow_input.x') }),
      fresh('b', { a: js('results.a.made') }),
      fresh('c', { a: js('[results.a.made, results.b.made, flow_input.x]') }),
    ];
    const first = await run(modules);
    const [aMade, bMade] = first.result.a;
    const again = await restart(first.id, { step_id: 'b' });
    assert.deepEqual([again['result'].a[0], again['result'].a[2]], [aMade, 7]);
    assert.notEqual(again['result'].a[1], bMade);
    const [old, status] = [await statusOf(first.id), await statusOf(again['id'])];
    assert.equal(status.modules[0].job, old.modules[0].job, 'the finished step did not run again');
    assert.notEqual(status.modules[1].job, old.modules[1].job);
    assert.deepEqual(status.restarted_from, { flow_job_id: first.id, step_id: 'b' });
    const twice = await restart(again['id'], { step_id: 'c' });
    assert.equal(twice['result'].a[1], again['result'].a[1]);
    const whole = await restart(first.id, { step_id: 'a' });
    assert.notEqual(whole['result'].a[0], aMade);
  });

  it('from an iteration or a branch', async () => {
    const loop = (parallel: boolean): Json => ({
      id: 'l',
      value: {
        type: 'forloopflow',
        iterator: js('[10, 20, 30, 40]'),
        parallel,
        modules: [fresh('x', { a: js('flow_input.iter.value') })],
      },
    });
    const branches = ['p', 'q'].map((id) => ({ modules: [fresh(id, { a: js('1') })] }));
    const all = { id: 'all', value: { type: 'branchall', branches } };
    const modules = [loop(false), all, loop(true)].map((module, n) =>
      n === 2
        ? { ...module, id: 'm', value: { ...module['value'], modules: [fresh('y')] } }
        : module,
    );
    const both = fresh('end', { a: js('[results.l, results.all, results.m]') });
    const first = (await run([...modules, both])) as Json;
    const rows: [point: Json, kept: number[][]][] = [
      [{ step_id: 'l', branch_or_iteration_n: 3 }, [[0, 1, 2], [], []]],
      [{ step_id: 'l', branch_or_iteration_n: 0 }, [[], [], []]],
      [{ step_id: 'all', branch_or_iteration_n: 1 }, [[0, 1, 2, 3], [0], []]],
      [
        { step_id: 'm', branch_or_iteration_n: 2 },
        [
          [0, 1, 2, 3],
          [0, 1],
          [0, 1],
        ],
      ],
      [
        { step_id: 'm', branch_or_iteration_n: 4 },
        [
          [0, 1, 2, 3],
          [0, 1],
          [0, 1, 2, 3],
        ],
      ],
    ];
    for (const [point, kept] of rows) {
      const again = await restart(first['id'], point);
      const says = `${JSON.stringify(point)}: ${JSON.stringify(again)}`;
      for (const [n, list] of again['result'].a.entries()) {
        const old = first['result'].a[n] as Json[];
        assert.equal(list.length, old.length, says);
        const same = old.flatMap(({ made }, at) => (made === list[at].made ? [at] : []));
        assert.deepEqual(same, kept[n], says);
      }
    }
  });

  it('from a step inside an iteration or a branch, however deep', async () => {
    const many = (modules: Json[], more: Json = {}): Json => ({
      id: 'l',
      value: { type: 'forloopflow', iterator: js('[1, 2, 3]'), modules, ...more },
    });
    const one = (modules: Json[]): Json => ({
      id: 'o',
      value: { type: 'branchone', branches: [{ expr: 'true', modules }], default: [] },
    });
    const all = (modules: Json[]): Json => ({
      id: 'b',
      value: { type: 'branchall', branches: [{ modules: [] }, { modules }] },
    });
    const last = fresh('z', { a: js('[results.x.made, results.y.made]') });
    const inner = [fresh('x'), fresh('y', { a: js('results.x.made') }), last];
    const at = (step_id: string, n?: number): Json => ({
      step_id,
      ...(n === undefined ? {} : { branch_or_iteration_n: n }),
    });
    const rows: [modules: Json[], point: Json, path: (result: any) => Json][] = [
      [[many(inner)], { ...at('l', 1), nested_path: [at('y')] }, (result) => result[1]],
      [
        [many(inner, { parallel: true })],
        { ...at('l', 1), nested_path: [at('y')] },
        (result) => result[1],
      ],
      [[one(inner)], { ...at('o'), nested_path: [at('y')] }, (result) => result],
      [[all(inner)], { ...at('b', 1), nested_path: [at('y')] }, (result) => result[1]],
      [
        [many([fresh('p'), all([fresh('q'), one(inner)])])],
        { ...at('l', 2), nested_path: [at('b', 1), at('o'), at('y')] },
        (result) => result[2][1],
      ],
    ];
    for (const [modules, point, end] of rows) {
      const first = await run([fresh('a'), ...modules]);
      const says = `${JSON.stringify(point)}: ${JSON.stringify(first.result)}`;
      const old = end(first.result)['a'];
      const again = await restart(first.id, point);
      assert.equal(again['success'], true, `${says}: ${JSON.stringify(again)}`);
      const now = end(again['result'])['a'];
      assert.equal(now[0], old[0], `x ran again: ${says}`);
      assert.notEqual(now[1], old[1], `y did not run again: ${says}`);
    }
    const simple = await run([many([fresh('x')])]);
    const same = await restart(simple.id, { ...at('l', 2), nested_path: [at('x')] });
    const made = (result: Json[]): string[] => result.map((each) => each['made']);
    const [old, now] = [made(simple.result), made(same['result'])];
    assert.deepEqual(now.slice(0, 2), old.slice(0, 2));
    assert.notEqual(now[2], old[2]);
  });

  it('refuses what cannot be restarted', async () => {
    const fails = raw('b', 'export const main = () => { throw new Error("no") }');
    const failed = await run([fresh('a'), fails, fresh('c')]);
    const step = (await statusOf(failed.id)).modules[0].job;
    const running = await op('jobs.previewFlow', { value: { modules: [raw('a', endless)] } });
    const odd = 'export const main = (n: number) => { if (n === 2) throw new Error("two") }';
    const inner = raw('x', odd, { inputs: { n: js('flow_input.iter.value') } });
    const half = { type: 'forloopflow', iterator: js('[1, 2, 3]'), modules: [inner] };
    const broken = await run([{ id: 'l', value: half }]);
    const rows: [id: string, point: Json, status: number, words: RegExp][] = [
      [broken.id, { step_id: 'l', branch_or_iteration_n: 2 }, 400, /a number from 0 to 1/],
      [broken.id, { step_id: 'l', branch_or_iteration_n: 9 }, 400, /a number from 0 to 1/],
      [failed.id, { step_id: 'z' }, 400, /no step z.*It has a, b, c/s],
      [failed.id, { step_id: 'c' }, 400, /step b did not end well/],
      [failed.id, { step_id: 'a', branch_or_iteration_n: 1 }, 400, /no iterations/],
      [failed.id, { step_id: 'a', branch_or_iteration_n: -1 }, 400, /index/],
      [failed.id, {}, 400, /stepId/],
      [failed.id, { step_id: 'b', nested_path: [{ step_id: 'x' }] }, 400, /no iterations/],
      [failed.id, { step_id: 'b', nested_path: [{}] }, 400, /nested/],
      [failed.id, { step_id: 'b', nested_path: 'x' }, 400, /nested/],
      [broken.id, { step_id: 'l', nested_path: [{ step_id: 'y' }] }, 400, /no step y.*It has x/s],
      [failed.id, { step_id: 'b', flow_version: 99_999 }, 404, /flow version/],
      [step, { step_id: 'a' }, 400, /no run of a flow/],
      [running.id, { step_id: 'a' }, 409, /still runs/],
      ['00000000-0000-7000-8000-000000000000', { step_id: 'a' }, 404, /not found/i],
    ];
    for (const [id, point, status, words] of rows) {
      const answer = await restart(id, point);
      assert.equal(answer['status'], status, JSON.stringify(answer));
      assert.match(answer['text'], words);
    }
    await op('jobs.cancel', { id: running.id, force: true });
    const again = await restart(failed.id, { step_id: 'b' });
    assert.equal(again['success'], false, 'a failed flow restarts at the step that failed');
  });

  it('keeps what people answered before the step', async () => {
    const suspend = { required_events: 1 };
    const modules = [fresh('a', {}, { suspend }), fresh('b', { a: js('[resume, approvers]') })];
    const { id } = await op('jobs.previewFlow', { value: { modules } });
    let job: string | undefined;
    while (job === undefined) job = (await statusOf(id)).modules[0].job;
    await op('jobs.wait', { id: job });
    await op('approvals.resume', { id, payload: { ok: 1 } });
    const first = await op('jobs.wait', { id });
    assert.deepEqual(first.result.a, [{ ok: 1 }, ['owner']]);
    const again = await restart(id, { step_id: 'b' });
    assert.deepEqual(again['result'].a, [{ ok: 1 }, ['owner']]);
  });

  it('many at once, flows and scripts alike', async () => {
    const flow = await run([fresh('a')]);
    const content = 'export const main = () => crypto.randomUUID()';
    const script = await op('jobs.previewWait', { content, language: 'bun' });
    const nobody = '00000000-0000-7000-8000-000000000000';
    const response = await server.fetch('/api/w/test/jobs/run/batch_rerun_jobs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ job_ids: [flow.id, nobody, script.id] }),
    });
    const [one = '', error = '', two = ''] = (await response.text()).split('\n');
    assert.match(error, /^Error: /);
    const results = [await op('jobs.wait', { id: one }), await op('jobs.wait', { id: two })];
    assert.deepEqual(
      results.map(({ success }) => success),
      [true, true],
    );
    assert.notEqual(results[0].result.made, flow.result.made);
    assert.notEqual(results[1].result, script.result);
  });

  it('with the tag of the run', async () => {
    const value = { modules: [fresh('a')] };
    await op('flows.create', { path: 'f/examples/tagged', value });
    const wanted = { path: 'f/examples/tagged', tag: 'python3', waitMs: 30_000 };
    const { id } = await op('jobs.runFlowWait', wanted);
    const again = await op('jobs.rerun', { id });
    await op('jobs.wait', { id: again.id, waitMs: 30_000 });
    assert.equal((await op('jobs.get', { id: again.id })).tag, 'python3');
    const [step] = await op('jobs.list', { parentJob: again.id });
    assert.equal(step.tag, 'python3');
    const script = await op('jobs.rerun', { id: step.id });
    assert.equal((await op('jobs.get', { id: script.id })).tag, 'python3');
  });

  it('before their time: scheduled flows and scripts, and a step after a sleep', async () => {
    const runNow = (id: string) =>
      server.fetch(`/api/w/test/jobs/queue/run_now/${id}`, { method: 'POST' });
    const later = { scheduledInSecs: 3600 };
    const value = { modules: [fresh('a', {}, { sleep: 3600 }), fresh('b')] };
    const flow = await op('jobs.previewFlow', { value, ...later });
    const content = 'export const main = () => 1';
    const script = await op('jobs.preview', { content, language: 'bun', ...later });
    assert.equal((await runNow(script.id)).status, 200);
    assert.equal((await op('jobs.wait', { id: script.id })).result, 1);
    assert.equal((await runNow(flow.id)).status, 200);
    let sleeping: string | undefined;
    while (sleeping === undefined) sleeping = (await statusOf(flow.id)).modules[1].job;
    assert.equal((await runNow(sleeping)).status, 200);
    assert.equal((await op('jobs.wait', { id: flow.id })).success, true);
    assert.equal((await runNow(flow.id)).status, 409);
  });

  it('ends in every state, at once when it is forced', async () => {
    const sleep = [fresh('a', {}, { sleep: 3600 }), fresh('b')];
    const retry = { constant: { attempts: 3, seconds: 3600 } };
    const fails = raw('a', 'export const main = () => { throw new Error("no") }', { retry });
    const many = {
      id: 'l',
      value: {
        type: 'forloopflow',
        iterator: js('[1, 2, 3]'),
        parallel: true,
        modules: [raw('x', endless), raw('y', endless)],
      },
    };
    const waits = fresh('a', {}, { suspend: { required_events: 1 } });
    const loops = { id: 'l', value: { ...many.value, modules: [waits, fresh('b')] } };
    const rows: [says: string, modules: Json[], ready: (status: Json) => unknown, more?: Json][] = [
      ['not begun', [fresh('a')], () => true, { scheduledInSecs: 3600 }],
      ['running', [raw('a', endless)], ({ modules }) => modules[0].job],
      ['sleeping', sleep, ({ modules }) => modules[1].job],
      ['before a retry', [fails], ({ modules }) => modules[0].failed_retries],
      ['suspended', [waits], ({ modules }) => modules[0].type === 'WaitingForEvents'],
      ['in parallel', [many], ({ modules }) => modules[0].flow_jobs?.length === 3],
      ['suspended inside', [loops], ({ modules }) => modules[0].flow_jobs?.length === 3],
    ];
    for (const force of [false, true]) {
      for (const [says, modules, ready, more] of rows) {
        const { id } = await op('jobs.previewFlow', { value: { modules }, ...more });
        while (!ready(await statusOf(id))) await op('jobs.update', { id, holdMs: 50 });
        await op('jobs.cancel', { id, reason: 'enough', force });
        const outcome = await op('jobs.wait', { id });
        assert.equal(outcome.success, false, says);
        assert.match(outcome.result.error.message, /enough/, `${says}, force: ${force}`);
        for (;;) {
          const left = await op('jobs.listQueue', { perPage: 100 });
          if (left.length === 0) break;
          assert.ok(!force, `${says}: ${JSON.stringify(left)}`);
          await op('jobs.wait', { id: left[0].id });
        }
        assert.equal((await op('jobs.get', { id })).canceled, true, says);
      }
    }
  });
});
