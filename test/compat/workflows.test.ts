// Workflows as code with the published windmill-client: tasks, steps, sleeps, failures, other
// scripts and flows, in rounds that hold no worker between them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

const from = `from 'windmill-client@1.818.0'`;

const pipeline = `import { parallel, step, task, taskFlow, taskScript, workflow } ${from};

const double = task(async function double(n: number) {
  console.log('doubling', n);
  return n * 2;
});
const add = taskScript('./add.ts');
const flow = taskFlow('f/team/flow');

export const main = workflow(async (n: number) => {
  const begun = await step('begun', () => ({ at: new Date(), random: Math.random() }));
  const one = await double(n);
  const many = await parallel([1, 2, 3], (m: number) => double(m), { concurrency: 2 });
  const [sum, flowed] = await Promise.all([add({ a: one, b: 1 }), flow({ a: 1 })]);
  return { one, many, sum, flowed, kind: typeof begun.at };
});
`;

describe('workflows as code', () => {
  let server: TestServer;

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const deploy = (name: string, content: string, language = 'bun') =>
    must('scripts.create', { path: `f/team/${name}`, content, language });
  const w = (path: string) => `/api/w/${server.workspace}/${path}`;
  const run = (name: string, args: object = {}) =>
    must('jobs.runWait', { path: `f/team/${name}`, args });

  before(async () => {
    server = await startTestServer();
    await must('folders.create', { name: 'team' });
    await deploy('add', 'export const main = (a: number, b: number) => a + b');
    const input_transforms = {
      a: { type: 'javascript', expr: 'flow_input.a' },
      b: { type: 'static', value: 10 },
    };
    const modules = [{ id: 'a', value: { type: 'script', path: 'f/team/add', input_transforms } }];
    await must('flows.create', { path: 'f/team/flow', value: { modules } });
  });
  after(() => server.stop());

  it('runs tasks as jobs, one after another and together', async () => {
    await deploy('pipeline', pipeline);
    const { id, success, result } = await run('pipeline', { n: 4 });
    assert.equal(success, true, JSON.stringify(result));
    assert.deepEqual(result, { one: 8, many: [2, 4, 6], sum: 9, flowed: 11, kind: 'string' });
    const tasks = await must('jobs.list', { parentJob: id, orderDesc: false });
    assert.equal(tasks.length, 6);
    const [first] = tasks;
    assert.equal(first.scriptPath, 'f/team/pipeline');
    assert.equal(first.rootJob, id);
    assert.deepEqual(await must('jobs.args', { id: first.id }), { n: 4 });
    assert.match((await must('jobs.logs', { id: first.id })).logs, /doubling 4/);
    const { logs } = await must('jobs.logs', { id });
    assert.doesNotMatch(logs, /doubling|worker died/);
    const shown = await server.fetch(w(`jobs_u/get/${id}`));
    const { workflow_as_code_status: status } = (await shown.json()) as { [key: string]: any };
    assert.equal(status[first.id].name, 'double');
    const known = status['_checkpoint'];
    assert.deepEqual(known.completed_steps.double, 8);
    assert.equal(known.pending_steps, null);
    assert.equal(known.job_ids.double, first.id);
    const again = await server.op('jobs.rerun', { id: first.id });
    assert.equal(again.status, 422);
    assert.match(again.body.error.message, /runs only in its workflow/);
  });

  /** Rows of one workflow each: its body (`n` is its argument), and its result or its error. */
  const bodies: [says: string, body: string, result: unknown][] = [
    ['no task', 'return n + 1', 2],
    ['a task that throws', 'return await fails(n)', /^TaskError: no good 1$/],
    [
      'a failure that is caught',
      `try { return await fails(n) }
       catch (e: any) { return [e.name, e.step_key, e.result.error.name] }`,
      ['TaskError', 'fails', 'RangeError'],
    ],
    ['a failure in a step', `return await step('s', () => fails.raw(n))`, /^TaskError: no good 1$/],
    [
      'a failed step in a later round',
      `let said = ''; try { await step('s', () => fails.raw(n)) } catch (e) { said = e.message }
       return [said, await adds(n, 1)]`,
      ['no good 1', 2],
    ],
    ['retries', 'return await flaky(n)', 'third time'],
    ['a task that nobody awaits', 'adds(n, 1); return 7', 7],
    ['a swallowed suspend', 'try { await adds(n, 1) } catch {} return (await adds(n, 2))', 3],
    ['a sleep', 'await sleep(1); return await adds(n, 3)', 4],
    [
      'null and bigint',
      `return await step('s', () => ({ a: undefined, b: 12n }))`,
      { a: null, b: '12' },
    ],
    [
      'the same name often',
      'return [await adds(n, 1), await adds(n, 2), await adds(n, 3)]',
      [2, 3, 4],
    ],
    [
      'an awkward name',
      `return await step('__proto__', () => 5) + await step('toString', () => 6)`,
      11,
    ],
    [
      'no such script',
      `return await taskScript('f/team/none')({})`,
      /no script f\/team\/none|f\/team\/none/,
    ],
    ['an option that is not there', 'return await cached(n)', /no option cache_ttl/],
    ['calls that vary', `return await adds(Date.now(), 1) > 1`, true],
    ['other rights', `return await taskScript('u/owner/none')({})`, /u\/owner\/none/],
  ];

  it('ends as its code says', async () => {
    const cases = bodies.map(
      ([, body], index) => `  c${index}: async (n: number): Promise<any> => { ${body} },`,
    );
    await deploy(
      'cases',
      `import { sleep, step, task, taskScript, workflow } ${from};
const raw = (n: number) => { throw new RangeError('no good ' + n) };
const fails: any = task(async function fails(n: number) { return raw(n) });
fails.raw = raw;
const adds = task(async function adds(a: number, b: number) { return a + b });
let tries = 0;
const flaky = task(async function flaky(n: number) {
  const job = process.env.WM_JOB_ID;
  const { JobService } = await import('windmill-client@1.818.0');
  const get = JobService.getJob.bind(JobService);
  const all = await JobService.listJobs({
    workspace: 'test', parentJob: (await get({ workspace: 'test', id: job! })).parent_job,
  });
  if (all.length < 3) throw new Error('attempt ' + all.length);
  return 'third time';
}, { retry: { attempts: 4 } });
const cached = task(async function cached(n: number) { return n }, { cache_ttl: 60 });
const cases: Record<string, (n: number) => Promise<any>> = {
${cases.join('\n')}
};
export default workflow(async (which: string, n: number) => cases[which]!(n));
`,
    );
    const runs = await Promise.all(
      bodies.map((_case, index) => run('cases', { which: `c${index}`, n: 1 })),
    );
    for (const [index, [says, , expected]] of bodies.entries()) {
      const { success, result } = runs[index];
      const said = success ? result : `${result.error.name}: ${result.error.message}`;
      if (expected instanceof RegExp) assert.match(String(said), expected, says);
      else assert.deepEqual(said, expected, `${says}: ${JSON.stringify(result)}`);
      assert.equal(success, !(expected instanceof RegExp), says);
    }
  });

  const approval = `import { getApprovalUrls, step, task, waitForApproval, workflow } ${from};
const note = task(async function note(said: unknown) { return said });
export const main = workflow(async () => {
  const urls = await step('urls', () => getApprovalUrls('second', 'ann'));
  const first = await waitForApproval({ form: { properties: { a: { type: 'string' } } } });
  const noted = await note(first.value);
  const second = await waitForApproval({ key: 'second', timeout: 3600, description: 'please' });
  return { noted, first, second, urls: Object.keys(urls).sort() };
});
`;

  /** Starts a workflow and waits until it waits for people. */
  async function waitingFor(name: string, key: string): Promise<string> {
    const { id } = await must('jobs.run', { path: `f/team/${name}` });
    await untilWaits(id, key);
    return id;
  }
  async function untilWaits(id: string, key: string): Promise<void> {
    for (let logOffset = 0; ;) {
      const asked = await server.op('approvals.get', { id });
      if (asked.status === 200 && asked.body.stepId === key) return;
      const update = { id, running: false, logOffset, holdMs: 5000 };
      ({ logOffset } = await must('jobs.update', update));
    }
  }
  const post = (path: string, body: unknown, token?: null) =>
    server.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(token === undefined ? {} : { token }),
    });

  it('waits for people: by who may answer, and by the link of one approval', async () => {
    await deploy('approval', approval);
    const id = await waitingFor('approval', 'approval');
    const job = await must('jobs.get', { id });
    assert.deepEqual([job.type, job.running, job.suspend], ['QueuedJob', false, 1]);
    assert.match(job.waitReason, /^It waits for an approval, until /);
    const asked = await must('approvals.get', { id });
    assert.deepEqual(asked.formSchema, { properties: { a: { type: 'string' } } });

    const read = await server.fetch(w(`jobs/wac_approval_urls/${id}/second?approver=ann`));
    const urls = (await read.json()) as { resume: string; cancel: string };
    const early = await post(urls.resume, {}, null);
    assert.equal(early.status, 409, await early.text());
    const first = { approved: true, payload: { a: 'x' } };
    assert.equal((await post(w(`jobs_u/flow/resume_suspended/${id}`), first)).status, 201);
    await untilWaits(id, 'second');
    const wrong = await post(urls.resume.replace(/[0-9a-f]{8}\?/, 'ffffffff?'), {}, null);
    assert.equal(wrong.status, 403);
    assert.equal((await post(urls.resume, { b: 1 }, null)).status, 201);
    assert.equal((await post(urls.resume, { b: 1 }, null)).status, 409);
    const { success, result } = await must('jobs.wait', { id });
    assert.equal(success, true, JSON.stringify(result));
    assert.deepEqual(result, {
      noted: { a: 'x' },
      first: { value: { a: 'x' }, approver: 'owner', approved: true },
      second: { value: { b: 1 }, approver: 'ann', approved: true },
      urls: ['approvalPage', 'cancel', 'resume'],
    });
    assert.equal((await must('jobs.get', { id })).suspend, null);
  });

  it('ends when it is rejected, or when nobody answers in time', async () => {
    const id = await waitingFor('approval', 'approval');
    const no = { approved: false };
    assert.equal((await post(w(`jobs_u/flow/resume_suspended/${id}`), no)).status, 201);
    const rejected = await must('jobs.wait', { id });
    assert.equal(rejected.success, false);
    assert.deepEqual(rejected.result.error, {
      name: 'ApprovalRefused',
      message: '"approval" was rejected by owner.',
    });
    assert.equal((await server.op('approvals.get', { id })).status, 410);

    const short = approval.replace(/form: .* }\)/, 'timeout: 1 })');
    await deploy('short', short);
    const late = await run('short');
    assert.equal(late.result.error?.message, 'Nobody approved "approval" in time.');
    assert.equal((await must('jobs.get', { id: late.id })).suspend, null);
  });

  it('is canceled with its tasks, and by who may', async () => {
    await deploy(
      'slow',
      `import { parallel, task, workflow } ${from};
const hang = task(async function hang(n: number) {
  await new Promise((done) => setTimeout(done, 60000));
});
export const main = workflow(async () => parallel([1, 2, 3], hang));
`,
    );
    const { id } = await must('jobs.run', { path: 'f/team/slow' });
    let tasks: { id: string; running: boolean }[] = [];
    while (tasks.filter((task) => task.running).length < 3) {
      await must('jobs.update', { id, running: true, holdMs: 200 });
      tasks = await must('jobs.list', { parentJob: id });
    }
    const waiting = await must('jobs.get', { id });
    assert.deepEqual([waiting.running, waiting.scheduledFor], [false, null]);
    assert.equal(waiting.waitReason, 'It waits for its tasks to end.');
    assert.equal((await must('jobs.cancel', { id, reason: 'enough' })).state, 'canceled');
    const { result } = await must('jobs.wait', { id });
    assert.equal(result.error.name, 'Canceled');
    for (const task of tasks) {
      const ended = await must('jobs.wait', { id: task.id });
      assert.equal(ended.result.error.name, 'Canceled');
    }
  });

  const head = `import { sleep, task, taskScript, workflow } ${from};
const inc = task(async function inc(n: number) { return n + 1 });
`;
  const waits = `${head}export const main = workflow(async (n: number, s: number) => {
  await sleep(s);
  return inc(n);
});
`;

  it('is a step of a flow as any script, and is canceled with it', async () => {
    await deploy('waits', waits);
    const module = (id: string, n: object, s: number) => ({
      id,
      value: {
        type: 'script',
        path: 'f/team/waits',
        input_transforms: { n, s: { type: 'static', value: s } },
      },
    });
    const one = { type: 'static', value: 1 };
    const afterA = { type: 'javascript', expr: 'results.a' };
    const modules = [module('a', one, 1), module('b', afterA, 1)];
    assert.equal((await must('jobs.previewFlowWait', { value: { modules } })).result, 3);

    const long = { modules: [module('a', one, 3600)] };
    const { id } = await must('jobs.previewFlow', { value: long });
    for (let waiting = false; !waiting;) {
      await must('jobs.update', { id, running: true, holdMs: 200 });
      const [step] = await must('jobs.list', { parentJob: id });
      waiting = step?.startedAt > 0 && !step.running;
    }
    await must('jobs.cancel', { id });
    assert.equal((await must('jobs.wait', { id })).result.error.name, 'Canceled');
    const steps = await must('jobs.list', { parentJob: id });
    assert.deepEqual(
      steps.map((step: { canceled: boolean; type: string }) => [step.canceled, step.type]),
      [[true, 'CompletedJob']],
    );
  });

  it('runs as a preview, and starts nothing beyond the scopes of who started it', async () => {
    const content = `${head}export const main = workflow(async (n: number) => inc(n));`;
    const preview = await must('jobs.previewWait', { content, language: 'bun', args: { n: 5 } });
    assert.equal(preview.result, 6);
    await must('scripts.create', {
      path: 'u/owner/add',
      content: 'export const main = (a: number, b: number) => a + b',
      language: 'bun',
    });
    await deploy(
      'other',
      `${head}export const main = workflow(async (path: string) => {
  try { return await taskScript(path)({ a: 1, b: 2 }) } catch (error: any) { return error.message }
});
`,
    );
    const token = await server.tokenWith(['jobs:run:scripts:f/team/*']);
    const started = async (path: string) => {
      const wanted = { path: 'f/team/other', args: { path } };
      return (await server.op('jobs.runWait', wanted, token)).body.result;
    };
    assert.equal(await started('f/team/add'), 3);
    assert.match(await started('u/owner/add'), /scopes do not allow jobs:run on u\/owner\/add/);
  });
});
