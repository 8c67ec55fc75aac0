// What is too much or makes no sense: each has a bound and a sentence, and the server goes on.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const script = (id: string, path: string, inputs: Json = {}): Json => ({
  id,
  value: { type: 'script', path: `f/examples/${path}`, input_transforms: inputs },
});
const same = (id: string): Json => ({ id, value: { type: 'identity' } });
const loop = (iterator: string, modules: Json[]): Json => ({
  id: 'l',
  value: { type: 'forloopflow', iterator: js(iterator), modules },
});

const scripts: Record<string, string> = {
  length: 'export const main = (value: unknown) => JSON.stringify(value).length',
  large: "export const main = (bytes: number) => 'x'.repeat(bytes)",
};

describe('bounds of flows', () => {
  let server: TestServer;

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const run = (modules: Json[], args: Json = {}, more: Json = {}) =>
    op('jobs.previewFlowWait', { value: { modules, ...more }, args, waitMs: 60_000 });
  async function refused(value: Json): Promise<string> {
    const { status, body } = await server.op('flows.create', { path: 'f/examples/bad', value });
    assert.equal(status, 400, JSON.stringify(body).slice(0, 500));
    return body.error.message;
  }
  async function fails(modules: Json[], says: RegExp): Promise<void> {
    const { success, result } = await run(modules);
    assert.equal(success, false);
    assert.match(result.error.message, says);
  }

  before(async () => {
    server = await startTestServer();
    for (const [name, content] of Object.entries(scripts)) {
      await op('scripts.create', { path: `f/examples/${name}`, language: 'bun', content });
    }
  });
  after(async () => {
    const well = await run([script('a', 'length', { value: js("'abc'") })]);
    assert.equal(well.result, 5, 'the server goes on');
    await server.stop();
  });

  it('runs ten thousand steps, and refuses more', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => same(`s${n}`));
    const outcome = await run(many(10_000), { x: 1 });
    assert.deepEqual(outcome.result, { x: 1 });
    assert.match(await refused({ modules: many(10_001) }), /10000/);
    const wrong = many(10_000).map((step) => ({ ...step, skip_if: { expr: '1 +' } }));
    const said = await refused({ modules: wrong });
    assert.match(said, /module s0, skip_if: SyntaxError[^]*… and 9980 more$/);
  });

  it('checks ten thousand expressions of a flow', async () => {
    const modules = Array.from({ length: 10_000 }, (_, n) => ({
      ...same(`s${n}`),
      skip_if: { expr: `flow_input.n === ${n} + 1` },
    }));
    await op('flows.create', { path: 'f/examples/wide', value: { modules } });
  });

  it('refuses modules that are nested without end', async () => {
    let inner: Json = same('x');
    for (let depth = 0; depth < 500; depth += 1) {
      inner = { id: `b${depth}`, value: { type: 'branchall', branches: [{ modules: [inner] }] } };
    }
    assert.match(await refused({ modules: [inner] }), /nested|deep/);
  });

  it('passes a value of ten megabytes on, and no result of a hundred', async () => {
    const value = 'x'.repeat(10_000_000);
    const whole = await run([script('a', 'length', { value: js('flow_input.value') })], { value });
    assert.equal(whole.result, 10_000_002, JSON.stringify(whole).slice(0, 500));
    const fixed = { type: 'static', value };
    const stored = await run([script('a', 'length', { value: fixed })]);
    assert.equal(stored.result, 10_000_002);
    await fails([script('a', 'large', { bytes: js('1e8') })], /bytes|MB|large/);
    await fails([script('a', 'length', { value: js("'x'.repeat(1e8)") })], /bytes|memory/);
    await fails([script('a', 'length', { value: js("'x'.repeat(1e9)") })], /memory|length/);
  });

  it('ends an expression that never ends or recurses for ever', async () => {
    await fails([script('a', 'length', { value: js('while (true) {}') })], /longer than 1000 ms/);
    const deep = '(function f() { return f() + 1 })()';
    await fails([script('a', 'length', { value: js(deep) })], /stack/);
    const slow = { ...same('a'), skip_if: { expr: 'for (;;) {}' } };
    await fails([slow], /longer than 1000 ms/);
    const grows = 'const all = []; for (;;) all.push({ more: all.length })';
    await fails([script('a', 'length', { value: js(grows) })], /memory|longer/);
  });

  it('lets other flows go on beside expressions that never end', async () => {
    const inputs = Object.fromEntries(Array.from('abcdefgh', (name) => [name, js('for (;;);')]));
    const value = { modules: [script('a', 'length', inputs)] };
    const { id } = await op('jobs.previewFlow', { value });
    for (let n = 0; n < 3; n += 1) {
      const outcome = await run([{ ...same('a'), skip_if: { expr: `1 + ${n} === 0` } }]);
      assert.equal(outcome.success, true, JSON.stringify(outcome));
    }
    // It began before them, and eight expressions take eight seconds.
    assert.equal((await op('jobs.get', { id })).type, 'QueuedJob');
    await op('jobs.cancel', { id });
  });

  it('loops over no million items, and not for ever', async () => {
    await fails([loop('Array.from({ length: 1e6 })', [same('x')])], /100000 items at most/);
    await fails([loop('({ length: 3 })', [same('x')])], /must give an array, not object/);
    const endless = { id: 'w', value: { type: 'whileloopflow', modules: [same('x')] } };
    await fails([endless], /10000 turns/);
  });

  it('ends flows that call each other', async () => {
    const call = (path: string): Json => ({ id: 's', value: { type: 'flow', path } });
    await op('flows.create', { path: 'f/examples/ping', value: { modules: [same('x')] } });
    await op('flows.create', {
      path: 'f/examples/pong',
      value: { modules: [call('f/examples/ping')] },
    });
    const value = { modules: [loop('[1]', [call('f/examples/pong'), same('y')])] };
    await op('flows.update', { path: 'f/examples/ping', value });
    const outcome = await op('jobs.runFlowWait', { path: 'f/examples/ping', waitMs: 60_000 });
    assert.equal(outcome.success, false);
    assert.match(outcome.result.error.message, /50 deep: f\/examples\/p[io]ng calls itself/);
  });

  it('refuses values of the wrong shape, with their place', async () => {
    const rows: [value: unknown, says: RegExp][] = [
      [{ modules: 'none' }, /value\.modules/],
      [{ modules: [null] }, /value\.modules\.0/],
      [{ modules: [{ id: 7, value: { type: 'identity' } }] }, /id/],
      [{ modules: [same('__proto__')] }, /module __proto__: this id is reserved/],
      [{ modules: [{ ...same('a'), retry: { constant: { attempts: -1 } } }] }, /module a, retry/],
      [{ modules: [{ ...same('a'), timeout: 'long' }] }, /module a, timeout/],
      [{ modules: [loop('[]', [same('l')])] }, /module l: this id is there twice/],
      [{ modules: [], failure_module: same('failure') }, /module failure: it must be a script/],
      [{ modules: [same('a')], preprocessor_module: same('first') }, /must be preprocessor/],
    ];
    for (const [value, says] of rows) assert.match(await refused(value as Json), says);
  });
});
