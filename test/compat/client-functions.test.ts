// Every function of the published windmill-client, called inside a job: what it answers, or the
// status and words of what Millrace does not have. A function that is not in the table fails.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';

/** Name in `wmill`, the call as it stands in the script, what it answers or what its error says. */
const functions: [name: string, call: string, answer: unknown][] = [
  ['setClient', 'wmill.setClient()', null],
  ['getWorkspace', 'wmill.getWorkspace()', 'test'],
  ['getStatePath', 'wmill.getStatePath()', 'f/team/all/user'],
  ['setVariable', `wmill.setVariable('f/team/v', 'x', true, 'made')`, null],
  ['getVariable', `wmill.getVariable('var://f/team/v')`, 'x'],
  ['setResource', `wmill.setResource({ a: 1 }, 'res://f/team/r', 'c_own')`, null],
  ['getResource', `wmill.getResource('$res:f/team/r')`, { a: 1 }],
  ['resolveDefaultResource', `wmill.resolveDefaultResource('$res:f/team/r')`, { a: 1 }],
  [
    'databaseUrlFromResource',
    `wmill.databaseUrlFromResource('f/team/db')`,
    'postgresql://u:p@h:5432/d?sslmode=disable',
  ],
  ['setState', 'wmill.setState({ n: 1 })', null],
  ['getState', 'wmill.getState()', { n: 1 }],
  ['setInternalState', 'wmill.setInternalState({ n: 2 })', null],
  ['getInternalState', 'wmill.getInternalState()', { n: 2 }],
  ['setProgress', 'wmill.setProgress(5)', null],
  ['getProgress', 'wmill.getProgress()', 5],
  ['setFlowUserState', `wmill.setFlowUserState('k', 1, true)`, null],
  ['getFlowUserState', `wmill.getFlowUserState('k', true)`, 1],
  ['getRootJobId', 'wmill.getRootJobId().then((id) => id === process.env.WM_JOB_ID)', true],
  ['usernameToEmail', `wmill.usernameToEmail('owner')`, 'owner@example.com'],
  ['runScript', `wmill.runScript('f/team/add', null, { a: 1, b: 1 })`, 2],
  ['runScriptAsync', `wmill.runScriptAsync('f/team/add', null, {}).then((id) => id.length)`, 36],
  ['runScriptByPath', `wmill.runScriptByPath('f/team/add', { a: 1, b: 2 })`, 3],
  ['runScriptByPathAsync', `wmill.runScriptByPathAsync('f/team/add').then((id) => id.length)`, 36],
  ['runScriptByHash', `wmill.runScriptByHash(hash, { a: 1, b: 3 })`, 4],
  ['runScriptByHashAsync', `wmill.runScriptByHashAsync(hash).then((id) => id.length)`, 36],
  ['runFlow', `wmill.runFlow('f/team/flow')`, 7],
  ['runFlowAsync', `wmill.runFlowAsync('f/team/flow', {}).then((id) => id.length)`, 36],
  ['waitJob', `wmill.runScriptByPathAsync('f/team/add', { a: 2, b: 2 }).then(wmill.waitJob)`, 4],
  ['getResult', 'wmill.getResult(done)', 9],
  ['getResultMaybe', 'wmill.getResultMaybe(done)', { completed: true, success: true, result: 9 }],
  ['cancelJob', 'wmill.cancelJob(later).then((id) => id === later)', true],
  ['getResumeUrls', 'wmill.getResumeUrls().then((urls) => Object.keys(urls).length)', 3],
  ['getResumeEndpoints', 'wmill.getResumeEndpoints().then((urls) => Object.keys(urls).length)', 3],
  ['getApprovalUrls', `wmill.getApprovalUrls('k').then((urls) => Object.keys(urls).length)`, 3],
  ['base64ToUint8Array', `[...wmill.base64ToUint8Array('AQI=')]`, [1, 2]],
  ['uint8ArrayToBase64', 'wmill.uint8ArrayToBase64(new Uint8Array([1, 2]))', 'AQI='],
  ['parseS3Object', `wmill.parseS3Object('s3:///a/b')`, { s3: 'a/b' }],
  ['appendToResultStream', `wmill.appendToResultStream('one\\ntwo ')`, null],
  ['streamResult', `wmill.streamResult((async function* () { yield 'three' })())`, null],
  ['sleep', 'wmill.sleep(0.001)', null],
  ['step', `wmill.step('s', () => 3)`, 3],
  ['parallel', 'wmill.parallel([1, 2], async (n: number) => n + 1, { concurrency: 1 })', [2, 3]],
  ['task', 'double(4)', 8],
  ['workflow', 'wmill.workflow(async () => 5)()', 5],
  ['taskScript', `wmill.taskScript('f/team/add')({})`, /can only be called inside a workflow/],
  ['taskFlow', `wmill.taskFlow('f/team/flow')({})`, /can only be called inside a workflow/],
  ['waitForApproval', 'wmill.waitForApproval()', /can only be called inside a workflow/],
  ['setWorkflowCtx', 'wmill.setWorkflowCtx(null)', null],
  ['StepSuspend', 'new wmill.StepSuspend({ mode: "sleep" }).name', 'StepSuspend'],
  ['WorkflowCtx', 'typeof new wmill.WorkflowCtx({}).completed', 'object'],
  ['writeS3File', `wmill.writeS3File({ s3: 'out/a.txt' }, 'x y')`, { s3: 'out/a.txt' }],
  ['loadS3File', `wmill.loadS3File('s3:///out/a.txt').then((b) => [...b])`, [120, 32, 121]],
  ['loadS3FileStream', `wmill.loadS3FileStream({ s3: 'out/a.txt' }).then((b) => b.text())`, 'x y'],
  ['signS3Object', `wmill.signS3Object({ s3: 'out/a.txt' }).then((o) => o.s3)`, 'out/a.txt'],
  ['signS3Objects', `wmill.signS3Objects([{ s3: 'out/a.txt' }]).then((l) => l.length)`, 1],
  [
    'getPresignedS3PublicUrl',
    `wmill.getPresignedS3PublicUrl({ s3: 'out/a.txt' }).then(fetch).then((r) => r.text())`,
    'x y',
  ],
  [
    'getPresignedS3PublicUrls',
    `wmill.getPresignedS3PublicUrls([{ s3: 'out/a.txt' }]).then((l) => l.length)`,
    1,
  ],
  ['getIdToken', `wmill.getIdToken('aud').then((token) => token.split('.').length)`, 3],
  ['deleteS3File', `wmill.deleteS3File({ s3: 'out/a.txt' })`, null],
  // What Millrace does not have says so.
  ['denoS3LightClientSettings', 'wmill.denoS3LightClientSettings()', /422.*no S3 bucket/],
  ['commitKafkaOffsets', `wmill.commitKafkaOffsets('f/a/b', 't', 0, 1)`, /501/],
  [
    'requestInteractiveSlackApproval',
    `wmill.requestInteractiveSlackApproval({ slackResourcePath: 'f/a/b', channelId: 'c' })`,
    /in a flow/,
  ],
  [
    'requestInteractiveTeamsApproval',
    `wmill.requestInteractiveTeamsApproval({ teamName: 'a', channelName: 'c' })`,
    /in a flow/,
  ],
  ['datatable', `wmill.datatable()\`select 1\`.fetch()`, /database must be a resource/],
  ['ducklake', `wmill.ducklake()\`select 1\`.fetch()`, /duckdb/],
  ['upsertPartition', 'typeof wmill.upsertPartition', 'function'],
  ['appendPartition', 'typeof wmill.appendPartition', 'function'],
];

const script = `import client, { task } from 'windmill-client@1.818.0';

const wmill = client;
export const double = task(async function double(n: number) { return n * 2 });

async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return { value: (await call()) ?? null };
  } catch (error: any) {
    const body = error?.body === undefined ? '' : JSON.stringify(error.body);
    return { error: [error?.status, error?.message, body].join(' ') };
  }
}

export async function main(hash: string, done: string, later: string) {
  const calls: Record<string, () => unknown> = {
${functions.map(([name, call]) => `    ${name}: () => ${call},`).join('\n')}
  };
  const outcomes: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(calls)) outcomes[name] = await outcome(call);
  const names = Object.keys(wmill).filter((name) => typeof (wmill as any)[name] === 'function');
  return { outcomes, names: names.filter((name) => !name.endsWith('Service')) };
}
`;

describe('windmill-client, every function', () => {
  let server: TestServer;

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const deploy = (name: string, content: string, language = 'bun') =>
    must('scripts.create', { path: `f/team/${name}`, content, language });

  before(async () => {
    server = await startTestServer();
    await must('folders.create', { name: 'team' });
    const value = {
      user: 'u',
      password: 'p',
      host: 'h',
      port: 5432,
      dbname: 'd',
      sslmode: 'disable',
    };
    await must('resources.create', { path: 'f/team/db', resourceType: 'postgresql', value });
  });
  after(() => server.stop());

  it('answers as Windmill does, or says that it is not here', async () => {
    const { hash } = await deploy('add', 'export const main = (a: number, b: number) => a + b');
    const transforms = { a: { type: 'static', value: 3 }, b: { type: 'static', value: 4 } };
    const add = { type: 'script', path: 'f/team/add', input_transforms: transforms };
    await must('flows.create', {
      path: 'f/team/flow',
      value: { modules: [{ id: 'a', value: add }] },
    });
    const args = { a: 4, b: 5 };
    const done = (await must('jobs.runWait', { path: 'f/team/add', args })).id;
    const later = (await must('jobs.run', { path: 'f/team/add', scheduledInSecs: 3600 })).id;
    await deploy('all', script);
    const run = await must('jobs.runWait', { path: 'f/team/all', args: { hash, done, later } });
    assert.equal(run.success, true, JSON.stringify(run.result));
    const { outcomes, names, wm_stream: streamed } = run.result;
    for (const [name, call, answer] of functions) {
      const { value, error } = outcomes[name];
      if (answer instanceof RegExp) assert.match(String(error), answer, call);
      else assert.deepEqual(value, answer, `${call}: ${error}`);
    }
    assert.equal(streamed, 'one\ntwo three');
    const known = new Set(functions.map(([name]) => name));
    assert.deepEqual(
      names.filter((name: string) => !known.has(name)),
      [],
    );
    const update = await must('jobs.update', { id: run.id, streamOffset: 4, holdMs: 0 });
    assert.deepEqual([update.newResultStream, update.streamOffset], ['two three', 13]);
    const tasks = await must('jobs.list', { parentJob: run.id, label: undefined });
    assert.ok(tasks.length > 5);
  });

  it('runs tasks outside of workflows as jobs too, in Python as well', async () => {
    await deploy(
      'old',
      `from wmill import task

@task
def double(n: int, m: int = 1):
    print("doubling")
    return n * 2 * m

def main():
    return [double(1), double(2, m=3)]
`,
      'python3',
    );
    const run = await must('jobs.runWait', { path: 'f/team/old' });
    assert.deepEqual(run.result, [2, 12]);
    const tasks = await must('jobs.list', { parentJob: run.id });
    assert.equal(tasks.length, 2);
    for (const { id } of tasks) {
      assert.equal((await must('jobs.logs', { id })).logs, 'doubling\n');
    }
    const other = await server.op('workflows.runFunction', { job: run.id, name: 'double' });
    assert.equal(other.status, 403);
  });

  it('keeps state by step in a flow', async () => {
    const content = `import { getState, setState } from 'windmill-client@1.818.0';
export async function main() {
  await setState({ runs: ((await getState())?.runs ?? 0) + 1 });
  const { WM_FLOW_PATH, WM_STATE_PATH, WM_OBJECT_PATH, WM_FLOW_STEP_ID } = process.env;
  return { state: await getState(), WM_FLOW_PATH, WM_STATE_PATH, WM_OBJECT_PATH, WM_FLOW_STEP_ID };
}`;
    const value = { type: 'rawscript', language: 'bun', content, input_transforms: {} };
    await must('flows.create', { path: 'f/team/states', value: { modules: [{ id: 'a', value }] } });
    for (const runs of [1, 2]) {
      const { result } = await must('jobs.runFlowWait', { path: 'f/team/states' });
      const { WM_OBJECT_PATH: object, ...rest } = result;
      assert.match(object, /^f_team_states\/manual\/a\/\d+_[0-9a-f-]{36}$/);
      assert.deepEqual(rest, {
        state: { runs },
        WM_FLOW_PATH: 'f/team/states',
        WM_STATE_PATH: 'f/team/states/a_user',
        WM_FLOW_STEP_ID: 'a',
      });
    }
  });
});
