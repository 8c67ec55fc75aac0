// Limits of runs: concurrency keys, debouncing, reuse of results, priority, erasing after use.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

/** Runs until the variable of its gate is there. */
const gated = `export async function main(gate: string) {
  const { BASE_INTERNAL_URL, WM_WORKSPACE, WM_TOKEN } = process.env;
  const url = BASE_INTERNAL_URL + '/api/w/' + WM_WORKSPACE + '/variables/exists/f/limits/' + gate;
  const headers = { authorization: 'Bearer ' + WM_TOKEN };
  while ((await (await fetch(url, { headers })).text()) !== 'true') {
    await new Promise((again) => setTimeout(again, 50));
  }
  return gate;
}`;

describe('limits of runs', () => {
  let server: TestServer;
  const op = async (name: string, input: unknown = {}) => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const script = (name: string, content: string, extra: object = {}) =>
    op('scripts.create', { path: `f/limits/${name}`, language: 'bun', content, extra });
  const run = (name: string, args: object = {}, more: object = {}) =>
    op('jobs.run', { path: `f/limits/${name}`, args, ...more }).then(({ id }) => id as string);
  const open = (gate: string) =>
    op('variables.create', { path: `f/limits/${gate}`, value: 'open', isSecret: false });
  const ended = async (id: string) => {
    const outcome = await op('jobs.wait', { id, waitMs: 30_000 });
    assert.equal(outcome.done, true, `${id} did not end`);
    return outcome;
  };
  const job = (id: string) => op('jobs.get', { id });
  const began = async (id: string) => {
    while (!(await op('jobs.update', { id, holdMs: 3000 })).running);
  };

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'limits' });
  });
  after(() => server.stop());

  it('hold what is beyond the limit of a key, and the end of one lets the next in', async () => {
    await script('two', gated, { concurrent_limit: 2, concurrency_key: 'c-$args[gate]' });
    const ids = [await run('two', { gate: 'a' }), await run('two', { gate: 'a' })];
    for (const id of ids) await began(id);
    const third = await run('two', { gate: 'a' });
    const fourth = await run('two', { gate: 'a' }, { scheduledInSecs: 3600 });
    const elsewhere = await run('two', { gate: 'b' });
    await open('b');
    await ended(elsewhere);
    const why = await op('jobs.standing', { id: third });
    assert.equal(why.code, 'concurrency');
    assert.equal(why.position, 1);
    assert.match(why.reason, /limit 2 of the key test\/c-a is reached: 2 of it run/);
    assert.equal((await op('jobs.standing', { id: fourth })).code, 'scheduled');
    const groups: any = await (await server.fetch('/api/concurrency_groups/list')).json();
    const mine = groups.filter((group: { total_running: number }) => group.total_running > 0);
    assert.deepEqual(mine, [{ concurrency_key: 'test/c-a', total_running: 2 }]);
    assert.equal((await op('jobs.concurrencyKey', { id: third })).key, 'test/c-a');
    const busy = await server.op('jobs.pruneConcurrency', { key: 'test/c-a' });
    assert.equal(busy.status, 409);

    await op('jobs.cancel', { id: ids[0] ?? '' });
    await began(third);
    await open('a');
    assert.equal((await ended(third)).result, 'a');
    await op('jobs.cancel', { id: fourth });
    const path = '/api/concurrency_groups/prune/test/c-b';
    assert.equal((await server.fetch(path, { method: 'DELETE' })).status, 200);
    assert.equal((await server.fetch(path, { method: 'DELETE' })).status, 404);
  });

  it('never run more than the limit at once, whoever pushes and claims', async () => {
    const timed = `export const main = async () => {
      const from = Date.now();
      await new Promise((done) => setTimeout(done, 20));
      return { from, to: Date.now() };
    }`;
    await script('three', timed, { concurrent_limit: 3 });
    const ids = await Promise.all(Array.from({ length: 40 }, () => run('three')));
    const edges = (await Promise.all(ids.map(ended))).flatMap(({ result }) => [
      { at: result.from as number, by: 1 },
      { at: result.to as number, by: -1 },
    ]);
    let now = 0;
    let most = 0;
    // Times are whole milliseconds: an end and a start in the same one are in that order.
    for (const { by } of edges.toSorted((a, b) => a.at - b.at || a.by - b.by)) {
      now += by;
      most = Math.max(most, now);
    }
    assert.ok(most <= 3, `${most} ran at once`);
    assert.ok(most > 1, 'it is a limit, not a queue of one');
  });

  it('count what ended within the window', async () => {
    const extra = { concurrent_limit: 1, concurrency_time_window_s: 2 };
    await script('window', 'export const main = () => 1', extra);
    const first = await run('window');
    await ended(first);
    const second = await run('window');
    const why = await op('jobs.standing', { id: second });
    assert.match(why.reason, /or ended in the last 2 s/);
    await ended(second);
    const gap = (await job(second)).startedAt - (await job(first)).completedAt;
    assert.ok(gap >= 2000, `only ${gap} ms between them`);
  });

  it('hold whole flows as well, and steps by what their script says', async () => {
    await script('one', gated, { concurrent_limit: 1 });
    const step = (name: string) => ({
      id: 'a',
      value: {
        type: 'script',
        path: `f/limits/${name}`,
        input_transforms: { gate: { type: 'javascript', expr: 'flow_input.gate' } },
      },
    });
    await script('free', gated);
    const value = { modules: [step('free')], concurrent_limit: 1 };
    await op('flows.create', { path: 'f/limits/narrow', value });
    const open1 = { path: 'f/limits/narrow', args: { gate: 'f1' } };
    const first = await op('jobs.runFlow', open1);
    await began(first.id);
    const second = await op('jobs.runFlow', { ...open1, args: { gate: 'f2' } });
    const why = await op('jobs.standing', { id: second.id });
    assert.match(why.reason, /limit 1 of the key test\/flow\/f\/limits\/narrow is reached/);
    await open('f1');
    await open('f2');
    assert.equal((await ended(second.id)).result, 'f2');

    await op('flows.create', { path: 'f/limits/wide', value: { modules: [step('one')] } });
    const wide = { path: 'f/limits/wide', args: { gate: 's1' } };
    const left = await op('jobs.runFlow', wide);
    const running = { parentJob: left.id, running: true };
    while ((await op('jobs.listQueue', running)).length === 0) {
      await op('jobs.update', { id: left.id, running: true, holdMs: 200 });
    }
    const right = await op('jobs.runFlow', wide);
    while ((await op('jobs.standing', { id: right.id })).code !== 'step') {
      await op('jobs.update', { id: right.id, running: true, holdMs: 200 });
    }
    assert.match(
      (await op('jobs.standing', { id: right.id })).reason,
      /^Its step a waits: The concurrency limit 1 of the key test\/script\/f\/limits\/one is/,
    );
    await open('s1');
    assert.deepEqual([(await ended(left.id)).result, (await ended(right.id)).result], ['s1', 's1']);
  });

  it('put runs off for more of their kind, and hand their lists over', async () => {
    await script('bounce', 'export const main = (list: string[], k: string) => list', {
      debounce_delay_s: 1,
      debounce_key: 'b-$args[k]',
      debounce_args_to_accumulate: ['list'],
    });
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push(await run('bounce', { list: [name], k: 'x' }));
    const other = await run('bounce', { list: ['z'], k: 'y' });
    const last = ids.at(-1) ?? '';
    assert.equal((await op('jobs.standing', { id: last })).code, 'debounced');
    assert.deepEqual((await ended(last)).result, ['a', 'b', 'c']);
    assert.deepEqual((await ended(other)).result, ['z']);
    const first = await job(ids[0] ?? '');
    assert.deepEqual(first.result, { debounced_by: ids[1] });
    assert.equal(first.isSkipped, true);
    assert.ok((await job(last)).startedAt - (await job(last)).createdAt >= 1000);
  });

  it('run at once when enough were put off', async () => {
    await script('enough', 'export const main = () => 1', {
      debounce_delay_s: 3600,
      max_total_debounces_amount: 2,
    });
    const ids = [await run('enough'), await run('enough'), await run('enough')];
    assert.equal((await ended(ids[2] ?? '')).result, 1);
  });

  it('reuse a result of the same code, arguments and person within its time', async () => {
    await script('cached', 'export const main = (a: number) => Math.random()', { cache_ttl: 600 });
    const call = (a: number) => op('jobs.runWait', { path: 'f/limits/cached', args: { a } });
    const [first, again, other] = [await call(1), await call(1), await call(2)];
    assert.equal(again.result, first.result);
    assert.notEqual(other.result, first.result);
    assert.notEqual(again.id, first.id);
    const scopes = ['jobs:run:scripts:f/limits/*', 'jobs:read'];
    const narrow = await server.tokenWith(scopes);
    const input = { path: 'f/limits/cached', args: { a: 1 } };
    const { body } = await server.op('jobs.runWait', input, narrow);
    assert.equal(typeof body.result, 'number', JSON.stringify(body));
    assert.notEqual(body.result, first.result, 'made with wider rights');
    await op('variables.create', { path: 'f/limits/plain', value: '3', isSecret: false });
    const named = { path: 'f/limits/cached', args: { a: '$var:f/limits/plain' } };
    const twice = [await op('jobs.runWait', named), await op('jobs.runWait', named)];
    assert.notEqual(twice[0].result, twice[1].result, 'what it refers to may have changed');
    const reused = await job(again.id);
    assert.equal(reused.durationMs, 0);
    assert.equal(reused.worker, null);
  });

  it('take the higher priority first', async () => {
    await script('low', 'export const main = () => 0', { priority: 1 });
    await script('high', 'export const main = () => 1', { priority: 90 });
    const [low, high] = [
      await run('low', {}, { tag: 'nobody' }),
      await run('high', {}, { tag: 'nobody' }),
    ];
    assert.equal((await op('jobs.standing', { id: low })).position, 2);
    assert.equal((await op('jobs.standing', { id: high })).position, 1);
    assert.equal((await job(high)).priority, 90);
  });

  it('are refused in words where they are wrong', async () => {
    const rows: [extra: object, words: RegExp][] = [
      [{ concurrent_limit: 0 }, /concurrent_limit/],
      [{ concurrent_limit: 'two' }, /concurrent_limit/],
      [{ priority: 1000 }, /priority/],
      [{ cache_ttl: -1 }, /cache_ttl/],
      [{ debounce_args_to_accumulate: 'list' }, /debounce_args_to_accumulate/],
    ];
    for (const [extra, words] of rows) {
      const content = 'export const main = () => 0';
      const input = { path: 'f/limits/wrong', language: 'bun', content, extra };
      const { status, body } = await server.op('scripts.create', input);
      assert.equal(status, 400, JSON.stringify(extra));
      assert.match(JSON.stringify(body), words);
    }
    const value = { modules: [], concurrent_limit: -1 };
    const flow = await server.op('flows.create', { path: 'f/limits/wrong', value });
    assert.equal(flow.status, 400);
    const unknown = await server.op('jobs.run', { path: 'f/limits/two' });
    assert.equal(unknown.status, 200, 'a key with a missing argument is a key as well');
  });
});
