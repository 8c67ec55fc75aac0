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
});
