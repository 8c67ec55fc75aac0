// Options of steps and flows that spare work or order it: cached results, priorities, an answer
// before the end, and what code is told of the flow around it.
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

const scripts: Record<string, string> = {
  fresh: 'export const main = (x: unknown) => crypto.randomUUID()',
  give: 'export const main = (value: unknown) => value',
  fail: 'export const main = () => { throw new Error(crypto.randomUUID()) }',
  told: `export const main = () => [
    process.env.WM_FLOW_PATH, process.env.WM_FLOW_STEP_ID, process.env.WM_FLOW_JOB_ID,
  ]`,
  slow: 'export const main = async () => { await new Promise(() => setInterval(() => {}, 1e3)) }',
};

describe('options of flows', () => {
  let server: TestServer;

  async function op(name: string, input: unknown, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const run = (modules: Json[], args: Json = {}, more: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, args, waitMs: 30_000 });
  const steps = async ({ id }: Json): Promise<Json[]> => {
    const { flowStatus } = await op('jobs.get', { id });
    return Promise.all(flowStatus.modules.map((each: Json) => op('jobs.get', { id: each['job'] })));
  };

  before(async () => {
    server = await startTestServer();
    for (const [name, content] of Object.entries(scripts)) {
      await op('scripts.create', { path: `f/examples/${name}`, language: 'bun', content });
    }
  });
  after(() => server.stop());

  it('uses the result of a step again, for the same code, input and person', async () => {
    const cached = (x: Json, more: Json = { cache_ttl: 600 }) => [
      { ...script('a', 'fresh', { x }), ...more },
    ];
    const one = await run(cached(fixed({ a: 1, b: [2] })));
    const two = await run(cached(js('({ b: [2], a: 1 })')));
    assert.equal(two.result, one.result);
    const [step] = await steps(two);
    assert.deepEqual([step?.['durationMs'], step?.['args']], [0, { x: { a: 1, b: [2] } }]);
    assert.notEqual((await run(cached(fixed(3)))).result, one.result);
    assert.notEqual((await run(cached(fixed({ a: 1, b: [2] }), {}))).result, one.result);
    const body = cached(js('flow_input.iter.value'));
    const loop = { id: 'l', value: { type: 'forloopflow', iterator: js('[1, 1]'), modules: body } };
    const [first, second] = (await run([loop])).result;
    assert.equal(first, second);

    const person = { email: 'bob@example.com', password: 'correct horse battery' };
    await op('users.create', person);
    await op('members.add', { email: person.email, username: 'bob', role: 'developer' });
    const { token } = await op('session.login', person);
    const value = { modules: cached(fixed({ a: 1, b: [2] })) };
    const theirs = await op('jobs.previewFlowWait', { value, waitMs: 30_000 }, token);
    assert.equal(theirs.success, true, JSON.stringify(theirs));
    assert.notEqual(theirs.result, one.result);
  });

  it('keeps no failure, and nothing that a secret is part of', async () => {
    const failing = [{ ...script('a', 'fail'), cache_ttl: 600 }];
    const errors = [await run(failing), await run(failing)].map(
      ({ result }) => result.error.message,
    );
    assert.notEqual(errors[0], errors[1]);
    const variable = { path: 'f/examples/key', value: 'swordfish-17', isSecret: true };
    await op('variables.create', variable);
    for (const x of [js("variable('f/examples/key')"), js("variable('f/examples/key') + 1")]) {
      const secret = [{ ...script('a', 'fresh', { x }), cache_ttl: 600 }];
      assert.notEqual((await run(secret)).result, (await run(secret)).result);
    }
  });

  it('uses the result of a whole flow again, until it is written anew', async () => {
    const path = 'f/examples/cached';
    const value = { modules: [script('a', 'fresh')], cache_ttl: 600 };
    await op('flows.create', { path, value });
    const again = (args: Json = {}) => op('jobs.runFlowWait', { path, args, waitMs: 30_000 });
    const { result } = await again();
    assert.equal((await again()).result, result);
    assert.notEqual((await again({ x: 1 })).result, result);
    await op('flows.update', { path, value });
    assert.notEqual((await again()).result, result);
  });

  it('answers who waits with the step that early_return names, and goes on', async () => {
    const path = 'f/examples/early';
    const modules = [script('a', 'give', { value: fixed('soon') }), script('b', 'slow')];
    await op('flows.create', { path, value: { modules, early_return: 'a' } });
    const outcome = await op('jobs.runFlowWait', { path, waitMs: 30_000 });
    assert.deepEqual([outcome.done, outcome.success, outcome.result], [true, true, 'soon']);
    const job = await op('jobs.get', { id: outcome.id });
    assert.equal(job.type, 'QueuedJob');
    const waited = await op('jobs.wait', { id: outcome.id, waitMs: 10 });
    assert.equal(waited.done, false);
    await op('jobs.cancel', { id: outcome.id });
    assert.equal((await op('jobs.wait', { id: outcome.id })).success, false);
    const failing = { modules: [script('a', 'fail'), script('b', 'slow')], early_return: 'b' };
    await op('flows.update', { path, value: failing });
    assert.equal((await op('jobs.runFlowWait', { path, waitMs: 30_000 })).success, false);
  });

  it('gives steps the priority of the step, else of the flow', async () => {
    const modules = [{ ...script('a', 'give'), priority: 7 }, script('b', 'give')];
    const found = await steps(await run(modules, {}, { priority: 3 }));
    assert.deepEqual(
      found.map((step) => step['priority']),
      [7, 3],
    );
  });

  it('tells the code of a step about the flow around it', async () => {
    const path = 'f/examples/around';
    const body = [script('x', 'told'), { id: 'y', value: { type: 'identity' } }];
    const loop = { id: 'l', value: { type: 'forloopflow', iterator: js('[1]'), modules: body } };
    await op('flows.create', { path, value: { modules: [script('a', 'told'), loop] } });
    const { id, result } = await op('jobs.runFlowWait', { path, waitMs: 30_000 });
    assert.deepEqual(result[0].slice(0, 2), [path, 'x']);
    const [first] = await steps({ id });
    assert.deepEqual(first?.['result'], [path, 'a', id]);
    const alone = await op('jobs.runWait', { path: 'f/examples/told' });
    assert.deepEqual(alone.result, ['', '', '']);
  });

  it('refuses options where they can do nothing', async () => {
    const loop = { id: 'l', value: { type: 'forloopflow', iterator: js('[1]'), modules: [] } };
    const rows: [value: Json, says: RegExp][] = [
      [{ modules: [{ ...loop, cache_ttl: 1 }] }, /module l: cache_ttl is for scripts and flows/],
      [{ modules: [loop], early_return: 'x' }, /early_return: there is no step x/],
      [{ modules: [loop], priority: 101 }, /priority/],
      [
        { modules: [{ ...loop, delete_after_secs: 5 }] },
        /module l: delete_after_secs is for scripts/,
      ],
      [{ modules: [{ ...loop, debouncing: { debounce_delay_s: 5 } }] }, /module l: debouncing/],
      [{ modules: [loop], skip_expr: '1 +' }, /skip_expr: SyntaxError/],
      [
        { modules: [{ ...loop, value: { ...loop.value, squash: true, parallel: true } }] },
        /module l: squash runs one item after the other/,
      ],
    ];
    for (const [value, says] of rows) {
      const { status, body } = await server.op('flows.create', { path: 'f/examples/bad', value });
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(body.error.message, says);
    }
  });
});
