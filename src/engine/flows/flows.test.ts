// Flows through the door of a whole server: every kind of module, what features do, what is
// refused, and what people see of a run.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const raw = (id: string, content: string, inputs: Json = {}): Json => ({
  id,
  value: { type: 'rawscript', language: 'bun', content, input_transforms: inputs },
});
const js = (expr: string): Json => ({ type: 'javascript', expr });
const fixed = (value: unknown): Json => ({ type: 'static', value });
const script = (id: string, path: string, inputs: Json = {}): Json => ({
  id,
  value: { type: 'script', path, input_transforms: inputs },
});
const add = 'export const main = (a: number, b: number = 1) => a + b';
const fail = 'export const main = (a: string) => { throw new RangeError("no " + a) }';

describe('flows', () => {
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
    await op('scripts.create', { path: 'f/examples/add', language: 'bun', content: add });
    await op('scripts.create', { path: 'f/examples/fail', language: 'bun', content: fail });
  });
  after(() => server.stop());

  it('runs scripts in order, with static and javascript inputs', async () => {
    const modules = [
      script('a', 'f/examples/add', { a: js('flow_input.n'), b: fixed(10) }),
      raw('b', add, { a: js('results.a'), b: js('const x = previous_result; return x * 2') }),
      { id: 'c', value: { type: 'identity' } },
    ];
    const value = { modules };
    await op('flows.create', { path: 'f/examples/sums', value, summary: 'Sums' });
    const outcome = await op('jobs.runFlowWait', { path: 'f/examples/sums', args: { n: 1 } });
    assert.deepEqual([outcome.success, outcome.result], [true, 33], JSON.stringify(outcome));
    const job = await op('jobs.get', { id: outcome.id });
    assert.equal(job.jobKind, 'flow');
    assert.equal(job.flowStatus.step, 3);
    assert.deepEqual(
      job.flowStatus.modules.map((module: Json) => [module.type, module.id, 'flow_jobs' in module]),
      [
        ['Success', 'a', false],
        ['Success', 'b', false],
        ['Success', 'c', false],
      ],
    );
    const step = await op('jobs.get', { id: job.flowStatus.modules[0].job });
    assert.deepEqual(
      [step.parentJob, step.rootJob, step.isFlowStep, step.result, step.jobKind],
      [outcome.id, outcome.id, true, 11, 'script'],
    );
  });

  it('loops one after the other, over plain bodies and longer ones', async () => {
    const plain = {
      id: 'l',
      value: {
        type: 'forloopflow',
        iterator: js('flow_input.items'),
        modules: [script('x', 'f/examples/add', { a: js('flow_input.iter.value') })],
      },
    };
    const one = await run([plain], { items: [1, 2, 3] });
    assert.deepEqual(one.result, [2, 3, 4], JSON.stringify(one));
    const status = (await statusOf(one.id)).modules[0];
    assert.equal(status.flow_jobs.length, 3);
    assert.deepEqual(status.flow_jobs_success, [true, true, true]);

    const body = [
      script('x', 'f/examples/add', { a: js('flow_input.iter.value'), b: js('results.first') }),
      script('y', 'f/examples/add', { a: js('results.x'), b: js('iter.index') }),
    ];
    const long = {
      id: 'l',
      value: { type: 'forloopflow', iterator: js('[10, 20]'), modules: body },
    };
    const first = script('first', 'f/examples/add', { a: fixed(0) });
    const two = await run([first, long]);
    assert.deepEqual(two.result, [11, 22], JSON.stringify(two));
    assert.deepEqual((await run([plain], { items: [] })).result, []);
  });

  it('names what is wrong with an iterator or an input', async () => {
    const loop = {
      id: 'l',
      value: { type: 'forloopflow', iterator: js('flow_input.n'), modules: [] },
    };
    const wrong = await run([loop], { n: 5 });
    assert.equal(wrong.success, false);
    assert.match(wrong.result.error.message, /must give an array, not number/);
    assert.equal(wrong.result.error.step_id, 'l');
    const unknown = await run([raw('a', add, { a: js('nobody.here + 1') })]);
    assert.match(unknown.result.error.message, /nobody/);
    const endless = await run([raw('a', add, { a: js('while (true) {}') })]);
    assert.match(endless.result.error.message, /longer than 1000 ms/);
    const out = await run([raw('a', add, { a: js('process.env.PATH') })]);
    assert.match(out.result.error.message, /process/);
  });

  it('ends with the error of a step that fails', async () => {
    const outcome = await run([
      script('a', 'f/examples/add', { a: fixed(1) }),
      script('b', 'f/examples/fail', { a: js('results.a') }),
      script('c', 'f/examples/add', { a: fixed(1) }),
    ]);
    assert.equal(outcome.success, false);
    const { name, message, step_id: step } = outcome.result.error;
    assert.deepEqual([name, message, step], ['RangeError', 'no 2', 'b']);
    const types = (await statusOf(outcome.id)).modules.map((module: Json) => module.type);
    assert.deepEqual(types, ['Success', 'Failure', 'WaitingForPriorSteps']);
  });
});
