// What is not kept: jobs after the retention, and what a script wants gone after use.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLog, type SlowTick, systemClock } from '../../base/index.ts';
import { type FreshDatabase, freshDatabase } from '../../../test/kit/database.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { createMemories } from '../agents/index.ts';
import { createPruner } from './pruner.ts';

const day = 86_400_000;

describe('the pruner', () => {
  let database: FreshDatabase;
  let server: TestServer;

  const op = async (name: string, input: unknown = {}) => {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  };
  const script = (name: string, extra: object) => {
    const content = 'export const main = (a: number) => { console.log("seen"); return a }';
    return op('scripts.create', { path: `f/prune/${name}`, language: 'bun', content, extra });
  };
  const run = async (name: string): Promise<string> =>
    (await op('jobs.runWait', { path: `f/prune/${name}`, args: { a: 5 } })).id;

  /** One round of a pruner whose clock says that so much time has passed. */
  async function prune(laterMs: number, retentionMs: number | undefined): Promise<void> {
    let round: Parameters<SlowTick['every']>[0]['look'] = () => undefined;
    const clock = { ...systemClock, now: () => systemClock.now() + laterMs };
    const tick: SlowTick = {
      every({ look }) {
        round = look;
        return async () => undefined;
      },
    };
    const log = createLog('error', () => undefined);
    const pruner = createPruner({
      db: database.db,
      clock,
      tick,
      log,
      retentionMs,
      forget: createMemories({ db: database.db, clock }).prune,
    });
    pruner.start();
    await round();
    await pruner.stop();
  }

  before(async () => {
    database = await freshDatabase();
    server = await startTestServer({ MILLRACE_DATABASE_URL: database.url });
    await op('folders.create', { name: 'prune' });
    await script('kept', {});
    await script('used', { delete_after_use: true });
    await script('soon', { delete_after_secs: 60 });
  });
  after(async () => {
    await server.stop();
    await database.drop();
  });

  it('erases what was to be erased, when it is due and not before', async () => {
    const [kept, used, soon] = [await run('kept'), await run('used'), await run('soon')];
    await prune(0, undefined);
    const read = async (id: string) => {
      const { deleted, args, result, logs, success } = await op('jobs.get', { id });
      return { deleted, args, result, logs, success };
    };
    const whole = { deleted: false, args: { a: 5 }, result: 5, logs: 'seen\n', success: true };
    const erased = { deleted: true, args: {}, result: null, logs: '', success: true };
    assert.deepEqual(await read(used), erased);
    assert.deepEqual([await read(kept), await read(soon)], [whole, whole]);
    await prune(61_000, undefined);
    assert.deepEqual(await read(soon), erased);
    assert.deepEqual(await read(kept), whole);
  });

  it('erases a step when its run is over, and not before', async () => {
    const a = { id: 'a', value: { type: 'script', path: 'f/prune/kept', input_transforms: {} } };
    const given = { a: { type: 'static', value: 5 } };
    const once = { ...a, value: { ...a.value, input_transforms: given }, delete_after_secs: 1 };
    const waits = { id: 'b', value: { type: 'identity' }, suspend: { required_events: 1 } };
    const last = {
      ...a,
      id: 'c',
      value: {
        ...a.value,
        input_transforms: {
          a: { type: 'javascript', expr: 'results.a' },
        },
      },
    };
    const { id } = await op('jobs.previewFlow', { value: { modules: [once, waits, last] } });
    let job: any = {};
    while (!(job.suspend > 0)) {
      await op('jobs.update', { id, holdMs: 1000 });
      job = await op('jobs.get', { id });
    }
    const step = job.flowStatus.modules[0].job;
    await prune(61_000, undefined);
    assert.equal((await op('jobs.get', { id: step })).result, 5, 'the run may still need it');
    await op('approvals.resume', { id });
    assert.equal((await op('jobs.wait', { id })).result, 5);
    await prune(122_000, undefined);
    const { deleted, args, result, logs } = await op('jobs.get', { id: step });
    assert.deepEqual([deleted, args, result, logs], [true, {}, null, '']);
    assert.equal((await op('jobs.get', { id })).result, 5);
  });

  it('forgets answers to approvals with their flow', async () => {
    const suspend = { required_events: 1 };
    const modules = [{ id: 'a', value: { type: 'identity' }, suspend }];
    const { id } = await op('jobs.previewFlow', { value: { modules } });
    for (let waits = false; !waits;) {
      await op('jobs.update', { id, holdMs: 1000 });
      waits = (await op('jobs.get', { id })).suspend > 0;
    }
    const { resume } = await op('approvals.resumeUrls', { job: id, resumeId: 1 });
    const answer = async () => (await server.fetch(resume, { method: 'POST' })).status;
    assert.equal(await answer(), 201);
    await op('jobs.wait', { id });
    assert.equal(await answer(), 409, 'it was used');
    await prune(31 * day, 30 * day);
    assert.equal(await answer(), 404, 'nobody knows of it any more');
  });

  it('deletes jobs after the retention, and none that live', async () => {
    const done = await run('kept');
    const late = { path: 'f/prune/kept', args: { a: 1 }, scheduledInSecs: 31_000_000 };
    const waits = (await op('jobs.run', late)).id;
    await prune(29 * day, 30 * day);
    assert.equal((await server.op('jobs.get', { id: done })).status, 200);
    await prune(31 * day, 30 * day);
    assert.equal((await server.op('jobs.get', { id: done })).status, 404);
    assert.equal((await server.op('jobs.logs', { id: done })).status, 404);
    assert.equal((await server.op('jobs.get', { id: waits })).status, 200);
    await prune(400 * day, undefined);
    assert.equal((await server.op('jobs.get', { id: waits })).status, 200);
  });
});
