// Schedules of a whole server whose clock the test moves: they fire, settle, call handlers, and
// follow what people do with them. Permissions stand in `access.test.ts`.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { movingClock } from '../../../test/kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('schedules', () => {
  const clock = movingClock();
  let server: TestServer;

  async function must(op: string, input: object = {}): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const script = (path: string, content: string) =>
    must('scripts.create', { path, content, language: 'bun' });
  const jobsOf = (schedulePath: string): Promise<any[]> =>
    must('jobs.list', { schedulePath, hasNullParent: true, orderDesc: false });
  const schedule = (path: string, more: object) =>
    must('schedules.create', {
      path,
      schedule: '0 0 * * * *',
      timezone: 'UTC',
      scriptPath: 'f/examples/echo',
      ...more,
    });

  /** Asks until `is` holds: every question goes through the server and the database. */
  async function until<Answer>(ask: () => Promise<Answer>, is: (answer: Answer) => boolean) {
    for (let asked = 0; asked < 2000; asked += 1) {
      const answer = await ask();
      if (is(answer)) return answer;
    }
    throw new Error(`it never came: ${JSON.stringify(await ask())}`);
  }
  /** Moves to the next tick and waits until `count` runs of the schedule are over. */
  async function tick(path: string, count: number): Promise<any> {
    const { nextAt } = await must('schedules.get', { path });
    clock.pass(nextAt - clock.now() + 1);
    const over = (jobs: any[]) => jobs.filter((job) => job.type === 'CompletedJob');
    const jobs = await until(
      () => jobsOf(path),
      (all) => over(all).length === count,
    );
    assert.equal(jobs.length, count);
    return must('jobs.get', { id: jobs.at(-1).id });
  }

  before(async () => {
    server = await startTestServer({}, { clock });
    await script(
      'f/examples/echo',
      `export function main(a: unknown) {
        const { WM_SCHEDULE_PATH: path, WM_SCHEDULED_FOR: at, WM_STATE_PATH: state } = process.env;
        if (a === 'fail') throw new Error('as asked');
        return { a, path, at, state };
      }`,
    );
    await script(
      'f/examples/handle',
      'export const main = (error: any, failed_times: number, more: string, ' +
        'schedule_path: string, success_times: number, success_result: any) => ' +
        '({ error, failed_times, more, schedule_path, success_times, success_result });',
    );
  });
  after(() => server.stop());

  it('fire at their time, as their owner, and say so in the job', async () => {
    await schedule('f/examples/hourly', { args: { a: 7 } });
    const { nextAt } = await must('schedules.get', { path: 'f/examples/hourly' });
    assert.equal(nextAt % hourMs, 0);
    const job = await tick('f/examples/hourly', 1);
    const { startedAt, result, ...said } = job;
    assert.ok(startedAt >= nextAt);
    assert.deepEqual(result, {
      a: 7,
      path: 'f/examples/hourly',
      at: new Date(nextAt).toISOString().replace('.000Z', 'Z'),
      state: 'f/examples/echo/schedule-f-examples-hourly',
    });
    assert.deepEqual(
      [said.createdBy, said.permissionedAs, said.email, said.triggerKind, said.schedulePath],
      [
        'schedule-f-examples-hourly',
        'u/owner',
        'owner@example.com',
        'schedule',
        'f/examples/hourly',
      ],
    );
    const then = await must('schedules.get', { path: 'f/examples/hourly' });
    assert.equal(then.nextAt, nextAt + hourMs);
    await must('schedules.delete', { path: 'f/examples/hourly' });
  });

  it('run once for a window that was missed', async () => {
    await schedule('f/examples/missed', {});
    clock.pass(5 * hourMs);
    const ahead = await until(
      () => must('schedules.get', { path: 'f/examples/missed' }),
      ({ nextAt }) => nextAt > clock.now(),
    );
    assert.ok(ahead.nextAt - clock.now() <= hourMs);
    const job = await tick('f/examples/missed', 2);
    assert.equal(job.success, true);
    await must('schedules.delete', { path: 'f/examples/missed' });
  });

  it('stop when disabled, and go on ahead when enabled again', async () => {
    const path = 'f/examples/onoff';
    await schedule(path, { enabled: false });
    assert.equal((await must('schedules.get', { path })).nextAt, null);
    await must('schedules.setEnabled', { path, enabled: true });
    await tick(path, 1);
    await must('schedules.setEnabled', { path, enabled: false });
    clock.pass(dayMs);
    await must('schedules.setEnabled', { path, enabled: true });
    const { nextAt } = await must('schedules.get', { path });
    assert.ok(nextAt > clock.now(), 'the windows while it was off are not made up for');
    await tick(path, 2);
    await must('schedules.delete', { path });
  });

  it('take a waiting run back when they are disabled; they wait with one run at most', async () => {
    const path = 'f/examples/nobody';
    await schedule(path, { tag: 'gpu' });
    const waiting = () => must('jobs.listQueue', { schedulePath: path });
    for (let n = 0; n < 3; n += 1) {
      const { nextAt } = await must('schedules.get', { path });
      clock.pass(nextAt - clock.now() + 1);
      await until(
        () => must('schedules.get', { path }),
        (now) => now.nextAt > nextAt,
      );
    }
    const [job, ...more] = await waiting();
    assert.deepEqual([job.tag, more.length], ['gpu', 0]);
    await must('schedules.setEnabled', { path, enabled: false });
    assert.deepEqual(await waiting(), []);
    const canceled = await must('jobs.get', { id: job.id });
    assert.deepEqual([canceled.canceled, canceled.success], [true, false]);
    assert.match(canceled.canceledReason, /disabled/);
    await must('schedules.delete', { path });
  });

  it('call handlers after N failures, exactly or from then on, and at recovery', async () => {
    const path = 'f/examples/handled';
    await schedule(path, {
      args: { a: 'fail' },
      onFailure: 'script/f/examples/handle',
      onFailureTimes: 2,
      onFailureExact: true,
      onFailureExtraArgs: { more: 'extra', schedule_path: 'forged' },
      onRecovery: 'script/f/examples/handle',
      onRecoveryTimes: 2,
      onSuccess: 'script/f/examples/handle',
    });
    const handlersOf = (id: string) => must('jobs.list', { parentJob: id });
    /** The results of the handlers that one more tick starts, once `wanted` of them are over. */
    const handled = async (count: number, wanted: number): Promise<any[]> => {
      const job = await tick(path, count);
      const over = await until(
        () => handlersOf(job.id),
        (jobs) => jobs.filter(({ type }: any) => type === 'CompletedJob').length >= wanted,
      );
      const ids = over.map(({ id }: any) => id);
      return Promise.all(ids.map(async (id: string) => (await must('jobs.get', { id })).result));
    };
    const settledFailures = async () => (await handlersOf((await jobsOf(path))[0].id)).length;
    await tick(path, 1);
    const [second, ...others] = await handled(2, 1);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [second.error.message, second.failed_times, second.more, second.schedule_path],
      ['as asked', 2, 'extra', path],
    );
    await tick(path, 3);
    await must('schedules.update', { path, args: { a: 'well' } });
    const [first] = await handled(4, 1);
    assert.deepEqual([first.success_result.a, first.success_times], ['well', undefined]);
    const recovery = (await handled(5, 2)).find(({ success_times: times }) => times === 2);
    assert.deepEqual([recovery.error.message, recovery.success_result.a], ['as asked', 'well']);
    await handled(6, 1);
    const failed = (await jobsOf(path)).slice(0, 3);
    const counts = await Promise.all(failed.map(async ({ id }) => (await handlersOf(id)).length));
    assert.deepEqual(counts, [0, 1, 0], 'exactly at the second failure');
    assert.equal(await settledFailures(), 0);
    await must('schedules.delete', { path });
  });

  it('try again, and ask a script first, as steps that people can open', async () => {
    const path = 'f/examples/wrapped';
    await script(
      'f/examples/ask',
      `export const main = (scheduled_for: string) =>
        new Date(scheduled_for).getUTCHours() % 2 === 0;`,
    );
    await schedule(path, {
      args: { a: 'fail' },
      retry: { constant: { attempts: 2, seconds: 0 } },
      dynamicSkip: 'f/examples/ask',
      onSuccess: 'script/f/examples/handle',
    });
    const seen = [];
    for (const count of [1, 2]) {
      const { nextAt } = await must('schedules.get', { path });
      const job = await tick(path, count);
      const even = new Date(nextAt).getUTCHours() % 2 === 0;
      seen.push(even);
      assert.equal(job.jobKind, 'singlestepflow');
      assert.deepEqual([job.success, job.isSkipped], even ? [false, false] : [true, true]);
      const steps = await must('jobs.list', { parentJob: job.id });
      assert.equal(steps.length, even ? 4 : 1);
    }
    assert.deepEqual(new Set(seen), new Set([false, true]));
    await must('schedules.delete', { path });
  });

  it('run flows', async () => {
    const path = 'f/examples/flowing';
    const step = { type: 'script', path: 'f/examples/echo', input_transforms: {} };
    const a = { type: 'javascript', expr: 'flow_input.a' };
    await must('flows.create', {
      path: 'f/examples/flow',
      value: { modules: [{ id: 'a', value: { ...step, input_transforms: { a } } }] },
    });
    await schedule(path, { scriptPath: 'f/examples/flow', isFlow: true, args: { a: 3 } });
    const job = await tick(path, 1);
    assert.deepEqual([job.jobKind, job.result.a, job.result.path], ['flow', 3, path]);
    const retry = { constant: { attempts: 2, seconds: 0 } };
    const change = { path, schedule: '0 0 * * * *', timezone: 'UTC', args: { a: 'fail' }, retry };
    await must('schedules.update', change);
    const failed = await tick(path, 2);
    assert.deepEqual([failed.jobKind, failed.success], ['singlestepflow', false]);
    const tries = await must('jobs.list', { parentJob: failed.id });
    assert.deepEqual(
      tries.map((each: any) => each.jobKind),
      ['flow', 'flow', 'flow'],
    );
    await must('schedules.update', { ...change, args: { a: 4 } });
    assert.equal((await tick(path, 3)).result.a, 4);
    for (const more of [{ retry: null }, { retry }]) {
      await must('schedules.update', { ...change, ...more, tag: 'gpu' });
      const { nextAt } = await must('schedules.get', { path });
      clock.pass(nextAt - clock.now() + 1);
      const waits = await until(
        () => must('jobs.listQueue', { tag: 'gpu', running: false }),
        (jobs) => jobs.length === 1,
      );
      assert.deepEqual([waits[0].scriptPath, waits[0].tag], ['f/examples/echo', 'gpu']);
      const live = await must('jobs.listQueue', { schedulePath: path, hasNullParent: true });
      await must('jobs.cancel', { id: live[0].id });
    }
    await must('schedules.delete', { path });
  });

  it('say why a tick started nothing, as a failed run that handlers hear of', async () => {
    const path = 'f/examples/broken';
    await script('f/examples/gone', 'export const main = () => 1;');
    await schedule(path, {
      scriptPath: 'f/examples/gone',
      onFailure: 'script/f/examples/handle',
    });
    await must('scripts.archive', { path: 'f/examples/gone' });
    const job = await tick(path, 1);
    assert.deepEqual([job.success, job.result.error.name], [false, 'ScheduleError']);
    const { error, nextAt } = await must('schedules.get', { path });
    assert.match(error, /f\/examples\/gone/);
    assert.ok(nextAt > clock.now());
    await until(
      () => must('jobs.list', { parentJob: job.id }),
      (jobs) => jobs.length === 1,
    );
    await script('f/examples/gone', 'export const main = () => 2;');
    assert.equal((await tick(path, 2)).result, 2);
    assert.equal((await must('schedules.get', { path })).error, null);
    await must('schedules.delete', { path });
  });

  it('skip ticks while a run runs when told so, and wait until the end of a pause', async () => {
    const path = 'f/examples/single';
    const until9 = clock.now() + 3 * hourMs;
    await schedule(path, { noFlowOverlap: true, pausedUntil: until9 });
    const { nextAt } = await must('schedules.get', { path });
    assert.ok(nextAt >= until9 && nextAt - until9 < hourMs);
    await script(
      'f/examples/echo2',
      `export const main = async () => {
        await fetch(process.env.BASE_INTERNAL_URL + '/api/version');
        await new Promise((go) => setTimeout(go, 3_600_000));
      };`,
    );
    await must('schedules.delete', { path });
    await schedule(path, { noFlowOverlap: true, scriptPath: 'f/examples/echo2' });
    for (let n = 0; n < 2; n += 1) {
      const now = await must('schedules.get', { path });
      clock.pass(now.nextAt - clock.now() + 1);
      await until(
        () => must('schedules.get', { path }),
        (then) => then.nextAt > now.nextAt,
      );
      await until(
        () => jobsOf(path),
        ([job]) => job?.running === true || job?.type === 'CompletedJob',
      );
    }
    const jobs = await jobsOf(path);
    assert.equal(jobs.length, 1);
    await must('jobs.cancel', { id: jobs[0].id });
    await must('schedules.delete', { path });
  });
});
