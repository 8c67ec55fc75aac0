// One step of a flow, tried by itself: with given results, with those of an earlier run, with
// arguments of its own.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const raw = (id: string, content: string, inputs: Json = {}): Json => ({
  id,
  value: { type: 'rawscript', language: 'bun', content, input_transforms: inputs },
});
const add = 'export const main = (a: number, b: number = 0) => a + b';
const value = {
  modules: [
    raw('first', add, { a: js('flow_input.n') }),
    raw('never', 'export const main = () => { throw new Error("it ran") }'),
    {
      id: 'each',
      value: {
        type: 'forloopflow',
        iterator: js('[1, 2]'),
        modules: [raw('inner', add, { a: js('flow_input.iter.value'), b: js('results.first') })],
      },
    },
    raw('last', add, { a: js('results.first'), b: js('flow_env.more + results.never') }),
  ],
  flow_env: { more: 1000 },
};

describe('one step of a flow', () => {
  let server: TestServer;

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const tried = (step: string, more: Json = {}) =>
    op('jobs.previewFlowStepWait', { value, step, waitMs: 30_000, ...more });

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it('runs with the results that it is given', async () => {
    const outcome = await tried('last', { results: { first: 1, never: 10 } });
    assert.deepEqual([outcome.success, outcome.result], [true, 1011], JSON.stringify(outcome));
    assert.equal((await tried('first', { flowInput: { n: 5 } })).result, 5);
    const inLoop = { flowInput: { iter: { index: 0, value: 7 } }, results: { first: 1 } };
    assert.equal((await tried('inner', inLoop)).result, 8);
    assert.deepEqual((await tried('each', { results: { first: 1 } })).result, [2, 3]);
  });

  it('runs with arguments of its own, in place of its inputs', async () => {
    assert.equal((await tried('last', { args: { a: 1, b: 2 } })).result, 3);
    const refused = await server.op('jobs.previewFlowStepWait', { value, step: 'each', args: {} });
    assert.match(refused.body.error.message, /The step each takes no arguments/);
  });

  it('takes the input and the results of an earlier run', async () => {
    const { id } = await op('jobs.previewFlowWait', { value, args: { n: 3 }, waitMs: 30_000 });
    const outcome = await tried('last', { fromJob: id, results: { never: 0 } });
    assert.equal(outcome.result, 1003, JSON.stringify(outcome));
    assert.equal((await tried('first', { fromJob: id })).result, 3);
    const foreign = { value, step: 'first', fromJob: '01a1ff37-0000-7000-8000-000000000000' };
    assert.equal((await server.op('jobs.previewFlowStepWait', foreign)).status, 404);
  });

  it('says which steps there are', async () => {
    const { status, body } = await server.op('jobs.previewFlowStepWait', { value, step: 'x' });
    assert.equal(status, 400);
    assert.match(body.error.message, /no step "x"/);
    assert.match(body.error.hint, /first, never, each, inner, last/);
  });
});
