// What modules of flows can do beside running in order: loops in parallel, branches, conditions,
// retries, failure handling, sub-flows, cancelling; and what is refused when a flow is written.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const fixed = (value: unknown): Json => ({ type: 'static', value });
const script = (id: string, path: string, inputs: Json = {}): Json => ({
  id,
  value: { type: 'script', path: `f/examples/${path}`, input_transforms: inputs },
});
const loop = (iterator: string, modules: Json[], more: Json = {}): Json => ({
  id: 'l',
  value: { type: 'forloopflow', iterator: js(iterator), modules, ...more },
});
const item = js('flow_input.iter.value');

const scripts: Record<string, string> = {
  add: 'export const main = (a: number, b: number = 1) => a + b',
  fail: 'export const main = (a: string) => { throw new RangeError("no " + a) }',
  odd: 'export const main = (a: number) => { if (a % 2 === 0) throw new Error("even"); return a }',
  slow: `export const main = async () => {
    console.log('begun');
    await new Promise(() => setInterval(() => {}, 1000));
  }`,
};

describe('features of flows', () => {
  let server: TestServer;

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const run = (modules: Json[], args: Json = {}, more: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, args, waitMs: 30_000 });
  const statusOf = async (id: string) => (await op('jobs.get', { id })).flowStatus;

  before(async () => {
    server = await startTestServer();
    for (const [name, content] of Object.entries(scripts)) {
      await op('scripts.create', { path: `f/examples/${name}`, language: 'bun', content });
    }
  });
  after(() => server.stop());

  it('loops in parallel, a few at a time or all, in the order of the items', async () => {
    for (const more of [{ parallel: true }, { parallel: true, parallelism: fixed(2) }]) {
      const outcome = await run([loop('[1,2,3,4,5]', [script('x', 'add', { a: item })], more)]);
      assert.deepEqual(outcome.result, [2, 3, 4, 5, 6], JSON.stringify(outcome));
    }
  });

  it('goes on after failed iterations only when told to', async () => {
    const body = [script('x', 'odd', { a: item })];
    const stops = await run([loop('[1,2,3]', body)]);
    assert.deepEqual([stops.success, stops.result.error.message], [false, 'even']);
    const goes = await run([loop('[1,2,3]', body, { skip_failures: true })]);
    assert.equal(goes.success, true);
    assert.deepEqual(
      [goes.result[0], goes.result[1].error.message, goes.result[2]],
      [1, 'even', 3],
    );
  });

  it('repeats a while-loop until its step says stop', async () => {
    const step = { ...script('x', 'add', { a: item }), stop_after_if: { expr: 'result >= 3' } };
    const value = { type: 'whileloopflow', modules: [step] };
    const outcome = await run([{ id: 'w', value }, script('after', 'add', { a: fixed(1) })]);
    assert.equal(outcome.result, 2, JSON.stringify(outcome));
    const { modules } = await statusOf(outcome.id);
    assert.equal(modules[0].flow_jobs.length, 3);
  });

  it('takes the first branch that holds, or the default; runs all branches', async () => {
    const branches = [
      { expr: 'flow_input.n > 10', modules: [script('big', 'add', { a: fixed(100) })] },
      { expr: 'flow_input.n > 5', modules: [script('mid', 'add', { a: fixed(50) })] },
    ];
    const one = { type: 'branchone', branches, default: [script('low', 'add', { a: fixed(0) })] };
    for (const [n, result] of [
      [11, 101],
      [6, 51],
      [1, 1],
    ]) {
      assert.equal((await run([{ id: 'b', value: one }], { n })).result, result);
    }
    for (const parallel of [true, false]) {
      const value = { type: 'branchall', branches, parallel };
      assert.deepEqual((await run([{ id: 'b', value }])).result, [101, 51]);
    }
  });

  it('stops early, skips steps, and mocks them', async () => {
    const early = {
      ...script('a', 'add', { a: fixed(1) }),
      stop_after_if: { expr: 'result == 2' },
    };
    const stopped = await run([early, script('b', 'fail')]);
    assert.deepEqual([stopped.success, stopped.result], [true, 2]);
    const skip = { ...script('b', 'fail'), skip_if: { expr: 'results.a > 0' } };
    const skipped = await run([script('a', 'add', { a: fixed(1) }), skip]);
    assert.deepEqual([skipped.success, skipped.result], [true, 2]);
    const mock = { ...script('a', 'fail'), mock: { enabled: true, return_value: { m: 1 } } };
    assert.deepEqual((await run([mock])).result, { m: 1 });
  });

  it('retries, goes on after an error, and runs the failure module', async () => {
    const retried = { ...script('a', 'fail'), retry: { constant: { attempts: 2, seconds: 0 } } };
    const given = await run([retried]);
    const { modules } = await statusOf(given.id);
    assert.deepEqual([given.success, modules[0].failed_retries.length], [false, 2]);
    const kept = { ...script('a', 'fail', { a: fixed('x') }), continue_on_error: true };
    const went = await run([kept, { id: 'b', value: { type: 'identity' } }]);
    assert.deepEqual([went.success, went.result.error.message], [true, 'no x']);
    const failure = {
      id: 'failure',
      value: {
        type: 'rawscript',
        language: 'bun',
        content: 'export const main = (m: string, s: string) => m + " in " + s',
        input_transforms: { m: js('error.message'), s: js('error.step_id') },
      },
    };
    const more = { failure_module: failure };
    const told = await run([script('a', 'fail', { a: fixed('y') })], {}, more);
    assert.deepEqual([told.success, told.result], [false, 'no y in a']);
  });

  it('calls a flow from a flow, and ends a cycle', async () => {
    const inner = [script('a', 'add', { a: js('flow_input.n'), b: fixed(1) })];
    await op('flows.create', { path: 'f/examples/inner', value: { modules: inner } });
    const path = 'f/examples/inner';
    const sub = { id: 's', value: { type: 'flow', path, input_transforms: { n: fixed(41) } } };
    assert.equal((await run([sub])).result, 42);
    await op('flows.update', { path, value: { modules: [sub] } });
    const endless = await op('jobs.runFlowWait', { path, waitMs: 30_000 });
    assert.match(endless.result.error.message, /calls itself/);
    assert.equal((await op('flows.history', { path })).length, 2);
  });

  it('cancels a flow with the step that runs', async () => {
    const value = { modules: [script('a', 'slow'), script('b', 'add', { a: fixed(1) })] };
    const { id } = await op('jobs.previewFlow', { value });
    let step: Json = {};
    while (!step['running']) {
      const job = (await statusOf(id)).modules[0].job;
      if (job !== undefined) step = await op('jobs.get', { id: job });
    }
    await op('jobs.cancel', { id, reason: 'enough' });
    const outcome = await op('jobs.wait', { id });
    assert.equal(outcome.success, false);
    assert.match(outcome.result.error.message, /enough/);
    const ended = await op('jobs.wait', { id: step['id'] });
    assert.equal(ended.success, false);
  });

  it('refuses what cannot be right, and names the module', async () => {
    const ok = script('a', 'add');
    const rows: [value: Json, says: RegExp][] = [
      [{ modules: [ok, ok] }, /module a: this id is there twice/],
      [{ modules: [script('failure', 'add')] }, /module failure: this id is reserved/],
      [{ modules: [script('a b', 'add')] }, /module "a b"/],
      [{ modules: [script('a', 'nobody')] }, /module a: there is no script f\/examples\/nobody/],
      [{ modules: [script('a', 'add', { a: js('1 +') })] }, /module a, input a: SyntaxError/],
      [{ modules: [loop('[1', [])] }, /module l, iterator: SyntaxError/],
      [{ modules: [{ id: 'a', value: { type: 'nothing' } }] }, /module a, value\.type/],
      [{}, /value\.modules/],
    ];
    for (const [value, says] of rows) {
      const { status, body } = await server.op('flows.create', { path: 'f/examples/bad', value });
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(body.error.message, says);
    }
    const value = { modules: [script('a', 'nobody')] };
    const kept = { path: 'f/examples/later', value, allowMissing: true };
    const { warnings } = await op('flows.create', kept);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^module a: there is no script f\/examples\/nobody/);
    const outcome = await op('jobs.runFlowWait', { path: 'f/examples/later' });
    assert.match(outcome.result.error.message, /no script f\/examples\/nobody/);
    const content = 'export const main = () => "not for this flow"';
    await op('scripts.create', { path: 'f/examples/nobody', language: 'bun', content });
    const later = await op('jobs.runFlowWait', { path: 'f/examples/later' });
    assert.equal(later.success, false, 'what came later was not there for the writer');
    await op('flows.update', { path: 'f/examples/later', value });
    const again = await op('jobs.runFlowWait', { path: 'f/examples/later' });
    assert.equal(again.result, 'not for this flow');
  });

  it('keeps what is of the hub with a warning; its step fails', async () => {
    const hub = (id: string, type: string, path: string): Json => ({ id, value: { type, path } });
    const fallback = { ...hub('b', 'flow', 'hub/7/sub'), continue_on_error: true };
    const last = hub('c', 'script', 'hub/12/slack/send');
    const modules = [script('a', 'add', { a: js('1'), b: js('1') }), fallback, last];
    const made = await op('flows.create', { path: 'f/examples/hub', value: { modules } });
    assert.deepEqual(
      made.warnings.map((said: string) => said.slice(0, 30)),
      ['module b: flow hub/7/sub is of', 'module c: script hub/12/slack/'],
    );
    const { success, result } = await op('jobs.runFlowWait', { path: 'f/examples/hub' });
    assert.equal(success, false);
    assert.match(result.error.message, /script hub\/12\/slack\/send is of Windmill's hub.*copy it/);
    assert.equal(result.error.step_id, 'c');
  });
});
