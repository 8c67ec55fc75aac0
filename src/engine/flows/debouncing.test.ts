// Debouncing of steps: of those of one key only the last one runs, and the runs that waited before
// it end there as skipped.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const js = (expr: string): Json => ({ type: 'javascript', expr });
const hour = 3600;

const step = (id: string, inputs: Json, { path = 'give', ...more }: Json = {}): Json => ({
  id,
  value: { type: 'script', path: `f/bounce/${path}`, input_transforms: inputs },
  ...more,
});
const inputs = { value: js('flow_input.value'), list: js('flow_input.list') };

describe('debouncing of steps', () => {
  let server: TestServer;

  async function op(name: string, input: unknown = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const script = (name: string, content: string, extra: Json = {}) =>
    op('scripts.create', { path: `f/bounce/${name}`, language: 'bun', content, extra });
  const flow = (name: string, modules: Json[], more: Json = {}) =>
    op('flows.create', { path: `f/bounce/${name}`, value: { modules, ...more } });
  const start = (name: string, args: Json = {}): Promise<string> =>
    op('jobs.runFlow', { path: `f/bounce/${name}`, args }).then(({ id }) => id);
  const job = (id: string) => op('jobs.get', { id });
  async function ended(id: string): Promise<Json> {
    const { done } = await op('jobs.wait', { id, waitMs: 30_000 });
    assert.equal(done, true, `${id} did not end`);
    return job(id);
  }
  /** The job of the flow's step `at`, once it waits for more of its key. */
  async function waiting(id: string, at = 0): Promise<string> {
    for (;;) {
      const { flowStatus } = await job(id);
      const { job: own } = flowStatus.modules[at];
      if (own !== undefined && (await op('jobs.standing', { id: own })).code === 'debounced') {
        return own;
      }
      await op('jobs.update', { id, running: true, holdMs: 100 });
    }
  }

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'bounce' });
    await script(
      'give',
      'export const main = (value: unknown, list: unknown) => ({ value, list })',
    );
    await script('fail', 'export const main = () => { throw new Error("no") }');
  });
  after(() => server.stop());

  it('end the earlier flow at the step, and hand its list over to the later one', async () => {
    const wait = {
      debounce_delay_s: hour,
      debounce_key: 'mail-$args[value]',
      debounce_args_to_accumulate: ['list'],
    };
    await flow('mail', [
      step('a', inputs, { debouncing: wait }),
      step('b', { value: js('results.a') }),
    ]);
    const first = await start('mail', { value: 'x', list: [1] });
    const absorbed = await waiting(first);
    const other = await start('mail', { value: 'y', list: [9] });
    const apart = await waiting(other);
    const second = await start('mail', { value: 'x', list: [2] });
    const left = await waiting(second);

    const over = await ended(first);
    assert.deepEqual([over.success, over.isSkipped], [true, true]);
    assert.deepEqual(over.result, { debounced_by: left });
    assert.deepEqual(
      over.flowStatus.modules.map(({ type, skipped, job: own }: Json) => [type, skipped, own]),
      [
        ['Success', true, absorbed],
        ['WaitingForPriorSteps', undefined, undefined],
      ],
    );
    assert.deepEqual((await job(absorbed)).result, { debounced_by: left });
    assert.equal((await op('jobs.standing', { id: apart })).code, 'debounced', 'another key');

    await op('jobs.runNow', { id: left });
    const done = await ended(second);
    assert.equal(done.isSkipped, false);
    assert.deepEqual(done.result.value, { value: 'x', list: [1, 2] });
    await op('jobs.runNow', { id: apart });
    assert.deepEqual((await ended(other)).result.value, { value: 'y', list: [9] });
  });

  it('takes the place and the input for the key where none is given', async () => {
    const wait = { debounce_delay_s: hour };
    const twice = [step('a', { value: js('flow_input.value') }, { debouncing: wait })];
    await flow('plain', twice);
    await flow('same', twice);
    const [one, other] = [await start('plain', { value: 1 }), await start('plain', { value: 2 })];
    const elsewhere = await start('same', { value: 1 });
    const steps = [await waiting(one), await waiting(other), await waiting(elsewhere)];
    const again = await start('plain', { value: 1 });
    const [left] = [await waiting(again)];
    assert.deepEqual((await ended(one)).result, { debounced_by: left });
    for (const id of steps.slice(1)) {
      assert.equal((await op('jobs.standing', { id })).code, 'debounced');
    }
  });

  it('counts iterations of one loop, which goes on', async () => {
    await script('own', 'export const main = (value: number) => value', {
      debounce_delay_s: 1,
      debounce_key: 'own-$args[key]',
    });
    const loop = (body: Json) => ({
      id: 'l',
      value: { type: 'forloopflow', parallel: true, iterator: js('[1, 2, 3]'), modules: [body] },
    });
    const each = { value: js('flow_input.iter.value'), key: js('flow_input.key') };
    // The script's own settings, as direct children; then the step's, in iterations of their own.
    const bodies = [
      step('x', each, { path: 'own' }),
      step('x', each, { debouncing: { debounce_delay_s: 1, debounce_key: 'loop-$args[key]' } }),
    ];
    for (const [n, body] of bodies.entries()) {
      const value = { modules: [loop(body), step('z', { value: js('results.l') })] };
      const ran = await op('jobs.previewFlowWait', { value, args: { key: n }, waitMs: 30_000 });
      assert.equal(ran.success, true, JSON.stringify(ran));
      const results: Json[] = ran.result.value;
      const put = results.filter((one) => one?.['debounced_by'] !== undefined);
      assert.deepEqual([results.length, put.length], [3, 2], JSON.stringify(results));
    }
  });

  it('a run by hand and a step of the same script put each other off', async () => {
    await script('both', 'export const main = () => 1', { debounce_delay_s: hour });
    await flow('uses', [step('a', {}, { path: 'both' })]);
    const flowRun = await start('uses');
    await waiting(flowRun);
    const { id } = await op('jobs.run', { path: 'f/bounce/both' });
    const over = await ended(flowRun);
    assert.deepEqual([over.isSkipped, over.result], [true, { debounced_by: id }]);
    const again = await start('uses');
    const left = await waiting(again);
    assert.deepEqual((await ended(id)).result, { debounced_by: left });
  });

  it('a sub-flow is put off as a whole, and what is around it goes on', async () => {
    const more = { debounce_delay_s: hour };
    await flow('inner', [step('i', { value: js('1') })], more);
    const call = { id: 's', value: { type: 'flow', path: 'f/bounce/inner', input_transforms: {} } };
    await flow('outer', [call, step('b', { value: js('results.s') })]);
    const first = await start('outer');
    await waiting(first);
    const later = await start('outer');
    const left = await waiting(later);
    assert.equal((await ended(first)).isSkipped, true);
    await op('jobs.runNow', { id: left });
    assert.deepEqual((await ended(later)).result.value, { value: 1 });
  });

  it('runs at once when enough were put off; tries and failure modules never wait', async () => {
    const wait = { debounce_delay_s: hour, debounce_key: 'enough', max_total_debounces_amount: 1 };
    await flow('enough', [step('a', { value: js('flow_input.value') }, { debouncing: wait })]);
    const first = await start('enough', { value: 1 });
    await waiting(first);
    assert.deepEqual((await ended(await start('enough', { value: 2 }))).result, { value: 2 });
    assert.equal((await ended(first)).isSkipped, true);

    await script('last', 'export const main = () => "told"', { debounce_delay_s: hour });
    const retry = { constant: { attempts: 1, seconds: 0 } };
    const fails = step('a', {}, { path: 'fail', debouncing: { debounce_delay_s: 1 }, retry });
    const failure = step('failure', {}, { path: 'last' });
    const value = { modules: [fails], failure_module: failure };
    const ran = await op('jobs.previewFlowWait', { value, waitMs: 30_000 });
    assert.equal(ran.result, 'told');
  });

  it('is refused where it can do nothing', async () => {
    const debouncing = { debounce_delay_s: 1 };
    const identity = { id: 'a', value: { type: 'identity' }, debouncing };
    const good = step('a', {});
    const rows: [value: Json, says: RegExp][] = [
      [{ modules: [identity] }, /module a: debouncing is for scripts and flows; put it on/],
      [
        { modules: [good], failure_module: step('failure', {}, { debouncing }) },
        /module failure: debouncing is for/,
      ],
      [
        { modules: [step('a', {}, { debouncing: { debounce_delay_s: -1 } })] },
        /module a, debouncing/,
      ],
      [
        { modules: [step('a', {}, { debouncing: { debounce_delay_s: 1, debounce_key: 3 } })] },
        /debounce_key/,
      ],
    ];
    for (const [value, says] of rows) {
      const { status, body } = await server.op('flows.create', { path: 'f/bounce/bad', value });
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(body.error.message, says);
    }
    const empty = { debounce_delay_s: 1, debounce_key: '$args[none]' };
    const ran = await op('jobs.previewFlowWait', {
      value: { modules: [step('a', {}, { debouncing: empty })] },
      waitMs: 30_000,
    });
    assert.match(ran.result.error.message, /debounce key .* is empty with these arguments/);
  });
});
