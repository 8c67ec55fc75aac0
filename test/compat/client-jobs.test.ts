// What windmill-client says about jobs from inside jobs: progress, user states, labels, and the
// runs of other scripts and flows. Deploys the published package, like a user's script.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const from = `from 'windmill-client@1.818.0'`;

const notes = `import * as wmill ${from};

export async function main(value: unknown) {
  const before = await wmill.getProgress();
  await wmill.setProgress(12.7);
  await wmill.setProgress(40);
  await wmill.setProgress(30);
  await wmill.setFlowUserState('shared', value, true);
  return {
    before,
    progress: await wmill.getProgress(),
    root: await wmill.getRootJobId(),
    none: await wmill.getFlowUserState('none', true),
    wm_labels: ['one', 'two', 'one', 7, ''],
  };
}
`;

const reader = `import * as wmill ${from};
export const main = () => wmill.getFlowUserState('shared', true);
`;

const calls = `import * as wmill ${from};

const failed = (error: unknown) => String((error as Error).message);

export async function main() {
  const { runScriptByPathAsync, waitJob, cancelJob } = wmill;
  const { getResultMaybe, getResult } = wmill.default;
  const add = 'f/team/add';
  const id = await runScriptByPathAsync(add, { a: 2, b: 3 });
  const hash = (await wmill.ScriptService.getScriptByPath({
    workspace: process.env.WM_WORKSPACE!, path: add,
  })).hash;
  const later = await runScriptByPathAsync(add, { a: 1, b: 1 }, 3600);
  const waiting = await getResultMaybe(later);
  await cancelJob(later, 'enough');
  return {
    waited: await waitJob(id),
    result: await getResult(id),
    maybe: await getResultMaybe(id),
    path: await wmill.runScriptByPath(add, { a: 1, b: 1 }),
    hash: await wmill.runScriptByHash(hash, { a: 1, b: 2 }),
    hashAsync: await waitJob(await wmill.runScriptByHashAsync(hash, { a: 2, b: 2 })),
    old: await wmill.runScript(add, null, { a: 3, b: 2 }),
    oldAsync: await waitJob(await wmill.runScriptAsync(add, null, { a: 3, b: 3 })),
    flow: await wmill.runFlow('f/team/flow', { a: 4 }),
    flowAsync: await waitJob(await wmill.runFlowAsync('f/team/flow', { a: 5 })),
    failed: await wmill.runScriptByPath('f/team/fail').then(() => 'no', failed),
    waiting: waiting.completed,
    canceled: await waitJob(later).then(() => 'no', failed),
    email: await wmill.usernameToEmail('dev'),
    workspace: wmill.default.getWorkspace(),
  };
}
`;

describe('windmill-client about jobs', () => {
  let server: TestServer;
  let dev = '';

  async function must(op: string, input: object, token?: string): Promise<any> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const deploy = (name: string, content: string) =>
    must('scripts.create', { path: `f/team/${name}`, content, language: 'bun' }, dev);
  const ok = async (path: string, args: object, op = 'jobs.runWait') => {
    const run = await must(op, { path, args }, dev);
    assert.equal(run.success, true, JSON.stringify(run.result));
    return run;
  };

  before(async () => {
    server = await startTestServer();
    const person = { email: 'dev@example.com', password: 'correct horse battery' };
    await must('users.create', person);
    await must('members.add', { email: person.email, username: 'dev', role: 'developer' });
    dev = (await must('session.login', person)).token;
    await must('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
    await deploy('notes', notes);
    await deploy('reader', reader);
    await deploy('calls', calls);
    await deploy('add', 'export const main = (a: number, b: number) => a + b');
    await deploy('fail', 'export const main = () => { throw new TypeError("no good") }');
    const add = (id: string, expr: string) => ({
      id,
      value: {
        type: 'script',
        path: 'f/team/add',
        input_transforms: {
          a: { type: 'javascript', expr },
          b: { type: 'static', value: 10 },
        },
      },
    });
    const value = { modules: [add('a', 'flow_input.a'), add('b', 'results.a')] };
    await must('flows.create', { path: 'f/team/flow', value }, dev);
  });
  after(() => server.stop());

  it('notes progress and labels, and shares user states between the steps of a flow', async () => {
    const transforms = { value: { type: 'static', value: { deep: [1, 'ü'] } } };
    const modules = [
      {
        id: 'a',
        value: { type: 'script', path: 'f/team/notes', input_transforms: transforms },
      },
      { id: 'b', value: { type: 'script', path: 'f/team/reader', input_transforms: {} } },
    ];
    await must('flows.create', { path: 'f/team/shares', value: { modules } }, dev);
    const run = await ok('f/team/shares', {}, 'jobs.runFlowWait');
    assert.deepEqual(run.result, { deep: [1, 'ü'] });
    const flow = await must('jobs.get', { id: run.id }, dev);
    assert.deepEqual(flow.flowStatus.user_states, { shared: { deep: [1, 'ü'] } });
    assert.equal(flow.flowStatus.modules.length, 2);

    const step = await must('jobs.get', { id: flow.flowStatus.modules[0].job }, dev);
    const { wm_labels, ...said } = step.result;
    assert.deepEqual(wm_labels, ['one', 'two', 'one', 7, '']);
    assert.deepEqual(said, { before: null, progress: 40, root: run.id, none: null });
    assert.deepEqual(step.labels.toSorted(), ['one', 'two']);
    assert.equal(step.progress, 40);
    const labelled = await must('jobs.list', { label: 'two' }, dev);
    assert.deepEqual(
      labelled.map((job: { id: string }) => job.id),
      [step.id],
    );
    const update = await server.fetch(`/api/w/test/jobs_u/getupdate/${step.id}`, { token: dev });
    assert.equal(((await update.json()) as { progress: number }).progress, 40);
  });

  it('refuses what cannot be noted', async () => {
    const run = await ok('f/team/notes', { value: 1 });
    const { id } = run;
    const rows: [op: string, input: object, status: number, says: RegExp][] = [
      ['jobs.setProgress', { id, percent: 50 }, 409, /is over/],
      ['jobs.setProgress', { id, percent: 101 }, 400, /percent/],
      ['jobs.setUserState', { id, key: 'k', value: 'a\0b' }, 400, /U\+0000/],
      ['jobs.setUserState', { id, key: 'k', value: 'x'.repeat(2_000_001) }, 422, /2 MB/],
      ['jobs.setUserState', { id, key: '', value: 1 }, 400, /key/],
    ];
    for (const [op, input, status, says] of rows) {
      const answer = await server.op(op, input, dev);
      assert.equal(answer.status, status, `${op} ${JSON.stringify(answer.body).slice(0, 300)}`);
      assert.match(JSON.stringify(answer.body), says);
    }
    const person = { email: 'eve@example.com', password: 'correct horse battery' };
    await must('users.create', person);
    await must('members.add', { email: person.email, username: 'eve', role: 'developer' });
    const eve = (await must('session.login', person)).token;
    for (const [op, more] of [
      ['jobs.progress', {}],
      ['jobs.setProgress', { percent: 1 }],
      ['jobs.userState', { key: 'shared' }],
      ['jobs.setUserState', { key: 'shared', value: 1 }],
    ] as const) {
      const answer = await server.op(op, { id, ...more }, eve);
      assert.equal(answer.status, 404, `${op}: ${JSON.stringify(answer.body)}`);
    }
  });

  it('runs scripts and flows, waits for them, reads their results, cancels them', async () => {
    const { result } = await ok('f/team/calls', {});
    const { failed, canceled, ...rest } = result;
    assert.match(failed, /^Job .* was not successful: .*"name":"TypeError".*no good/);
    assert.match(canceled, /was not successful: .*Canceled: enough/);
    assert.deepEqual(rest, {
      waited: 5,
      result: 5,
      maybe: { completed: true, success: true, result: 5 },
      path: 2,
      hash: 3,
      hashAsync: 4,
      old: 5,
      oldAsync: 6,
      flow: 24,
      flowAsync: 25,
      waiting: false,
      email: 'dev@example.com',
      workspace: 'test',
    });
  });
});
