// How steps and flows end: tries with growing delays, limits of time, stops with and without an
// error, failures that are tolerated, and what is not there.
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
const same = (id: string): Json => ({ id, value: { type: 'identity' } });

const scripts: Record<string, string> = {
  give: 'export const main = (value: unknown) => value',
  fail: 'export const main = (name: string) => { throw new RangeError("no " + name) }',
  slow: 'export const main = async () => { await new Promise(() => setInterval(() => {}, 1e3)) }',
};

describe('endings of flows', () => {
  let server: TestServer;

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const run = (modules: Json[], args: Json = {}, more: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, args, waitMs: 30_000 });
  const jobOf = ({ id }: Json): Promise<Json> => op('jobs.get', { id });
  const modulesOf = async (outcome: Json) => (await jobOf(outcome))['flowStatus'].modules;

  before(async () => {
    server = await startTestServer();
    for (const [name, content] of Object.entries(scripts)) {
      await op('scripts.create', { path: `f/examples/${name}`, language: 'bun', content });
    }
  });
  after(() => server.stop());

  it('tries again with growing delays, and only while retry_if holds', async () => {
    const exponential = { attempts: 3, multiplier: 1, seconds: 0.1, random_factor: 0 };
    const constant = { attempts: 1, seconds: 0.02 };
    const failing = script('a', 'fail', { name: js("'x'") });
    const outcome = await run([{ ...failing, retry: { constant, exponential } }]);
    assert.equal(outcome.result.error.message, 'no x');
    const [step] = await modulesOf(outcome);
    assert.equal(step.failed_retries.length, 4);
    const jobs = await Promise.all(
      [...step.failed_retries, step.job].map((id: string) => jobOf({ id })),
    );
    const waits = jobs.slice(1).map((job, n) => job['startedAt'] - jobs[n]?.['completedAt']);
    const least = [20, 100, 10, 1];
    for (const [n, ms] of least.entries()) {
      assert.ok((waits[n] ?? 0) >= ms, `try ${n}: ${JSON.stringify(waits)}`);
    }

    const only = (expr: string) => ({ ...failing, retry: { constant, retry_if: { expr } } });
    const again = await run([only("error.name == 'RangeError'")]);
    assert.equal((await modulesOf(again))[0].failed_retries.length, 1);
    const never = await run([only("result.error.message == 'yes'")]);
    assert.equal('failed_retries' in (await modulesOf(never))[0], false);
    const broken = await run([only('nobody.here')]);
    assert.match(broken.result.error.message, /nobody/);
  });

  it('sleeps between two steps', async () => {
    const first = { ...script('a', 'give', { value: fixed(1) }), sleep: js('results.a / 10') };
    const second = script('b', 'give', { value: js('results.a') });
    const outcome = await run([{ ...first, sleep: fixed(0.2) }, second]);
    assert.equal(outcome.result, 1, JSON.stringify(outcome));
    const [a, b] = await Promise.all(
      (await modulesOf(outcome)).map((step: Json) => jobOf({ id: step['job'] })),
    );
    assert.ok(b.startedAt - a.completedAt >= 200, `${b.startedAt - a.completedAt} ms`);
    const computed = await run([first, second]);
    assert.equal(computed.result, 1, JSON.stringify(computed));
    const wrong = await run([{ ...first, sleep: js("'long'") }, second]);
    assert.match(wrong.result.error.message, /sleep must be a number from 0, not string/);
  });

  it('ends a step that takes too long, by a number or an expression', async () => {
    for (const timeout of [1, fixed(1), js('flow_input.seconds')]) {
      const outcome = await run([{ ...script('a', 'slow'), timeout }], { seconds: 1 });
      assert.equal(outcome.success, false);
      assert.match(JSON.stringify(outcome.result.error), /1 s|timeout|longer/i);
    }
  });

  it('gives flow_env to expressions, also inside loops', async () => {
    const modules = [
      {
        id: 'l',
        value: {
          type: 'forloopflow',
          iterator: js('flow_env.names'),
          modules: [
            script('x', 'give', { value: js('flow_env.prefix + flow_input.iter.value') }),
            same('y'),
          ],
        },
      },
    ];
    const env = { names: ['a', 'b'], prefix: '-' };
    const outcome = await run(modules, {}, { flow_env: env });
    assert.deepEqual(outcome.result, ['-a', '-b'], JSON.stringify(outcome));
  });

  it('tolerates the failure of a branch, and only of that', async () => {
    const branches = (skips: boolean[]) => [
      { modules: [script('good', 'give', { value: fixed(1) })], skip_failure: skips[0] },
      { modules: [script('bad', 'fail')], skip_failure: skips[1] },
    ];
    for (const parallel of [true, false]) {
      const all = (skips: boolean[]) => [
        { id: 'b', value: { type: 'branchall', branches: branches(skips), parallel } },
      ];
      const kept = await run(all([false, true]));
      assert.deepEqual([kept.success, kept.result[0]], [true, 1], JSON.stringify(kept));
      assert.equal(kept.result[1].error.message, 'no undefined');
      const failed = await run(all([true, false]));
      assert.equal(failed.success, false);
    }
  });

  it('stops as skipped, or with an error of its own', async () => {
    const stop = (more: Json) => ({
      ...script('a', 'give', { value: fixed(7) }),
      stop_after_if: { expr: 'result == 7', ...more },
    });
    const skipped = await run([stop({ skip_if_stopped: true }), script('b', 'fail')]);
    assert.deepEqual([skipped.success, skipped.result], [true, 7]);
    assert.equal((await jobOf(skipped))['isSkipped'], true);
    const told = await run([stop({ error_message: 'seven is enough' }), script('b', 'fail')]);
    assert.equal(told.success, false);
    assert.match(told.result.error.message, /seven is enough/);
    assert.equal('result' in told.result.error, false);
    const plain = await run([stop({})]);
    assert.equal((await jobOf(plain))['isSkipped'], false);
  });

  it('fails at a sub-flow that is gone, and goes on where that is allowed', async () => {
    const path = 'f/examples/gone';
    const modules = [script('x', 'give', { value: fixed(1) })];
    await op('flows.create', { path, value: { modules } });
    const step = { id: 's', value: { type: 'flow', path, input_transforms: {} } };
    const outer = { path: 'f/examples/outer', value: { modules: [step] } };
    await op('flows.create', outer);
    await op('flows.delete', { path });
    const outcome = await op('jobs.runFlowWait', { path: outer.path, waitMs: 30_000 });
    assert.equal(outcome.success, false);
    assert.match(outcome.result.error.message, /flow not found at name f\/examples\/gone/);
    assert.equal(outcome.result.error.step_id, 's');
    const refused = await server.op('flows.update', outer);
    assert.match(refused.body.error.message, /module s: there is no flow f\/examples\/gone/);
  });
});
