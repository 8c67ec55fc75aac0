// A whole server over MCP alone: a model writes, deploys, runs, follows and stops scripts; and
// what each token sees is what it can call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { agreeing, type Loose, messagesOf, modern } from './kit.ts';

let server: TestServer;
let token = '';
before(async () => {
  server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
  token = await server.tokenWith(['mcp:all']);
});
after(() => server?.stop());

interface CallOptions {
  as?: string;
  signal?: AbortSignal;
}

function post(
  body: unknown,
  headers: Record<string, string>,
  { as = token, signal }: CallOptions = {},
): Promise<Response> {
  return server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
    method: 'POST',
    token: as,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function send(method: string, params: Record<string, unknown>, options: CallOptions = {}) {
  const { body, headers } = modern(method, params);
  const response = await post(body, headers, options);
  const [message] = await messagesOf(response);
  assert.ok(message, `HTTP ${response.status}`);
  return message;
}

async function call(name: string, args: Record<string, unknown> = {}, options: CallOptions = {}) {
  return agreeing(async (more) => {
    const message = await send('tools/call', { name, arguments: { ...args, ...more } }, options);
    return message.result ?? message;
  });
}

async function names(as = token): Promise<string[]> {
  const { result } = await send('tools/list', {}, { as });
  return result.tools.map(({ name }: { name: string }) => name);
}

function textOf(result: Loose): string {
  assert.notEqual(result.isError, true, JSON.stringify(result));
  return result.content[0].text;
}

const greet = `export async function main(name: string, times: number = 1) {
  console.log('greeting', name);
  return { hello: name.repeat(times) };
}`;

test('the first list is not empty, and its script runs', async () => {
  assert.ok((await names()).includes('s-f_examples_hello'));
  const result = await call('s-f_examples_hello', { name: 'Ann' });
  assert.equal(result.structuredContent.greeting, 'Hello, Ann.');
});

test('a deployed script is a tool at once, with the arguments of its main', async () => {
  const made = await call('createScript', {
    path: 'f/examples/greet',
    summary: 'Greet somebody',
    content: greet,
    language: 'bun',
  });
  assert.match(textOf(made), /^[0-9a-f]{16}$/);
  const { result } = await send('tools/list', {});
  const tool = result.tools.find(({ name }: Loose) => name === 's-f_examples_greet');
  assert.equal(tool.title, 'Greet somebody');
  assert.deepEqual(tool.inputSchema.required, ['name']);
  assert.equal(tool.inputSchema.properties.times.type, 'number');
  const greeted = await call('s-f_examples_greet', { name: 'Bo', times: 2 });
  assert.deepEqual(greeted.structuredContent, { hello: 'BoBo' });
});

test('an update keeps what it does not name, and a path can be moved', async () => {
  textOf(
    await call('updateScript', {
      path: 'f/examples/greet',
      content: greet.replace('hello:', 'hi:'),
    }),
  );
  const read = await call('getScriptByPath', { path: 'f/examples/greet' });
  assert.equal(read.structuredContent.summary, 'Greet somebody');
  assert.deepEqual((await call('s-f_examples_greet', { name: 'Bo' })).structuredContent, {
    hi: 'Bo',
  });
  textOf(
    await call('updateScript', {
      path: 'f/examples/greet',
      path__body: 'f/examples/greeting',
      content: greet,
    }),
  );
  const listed = await names();
  assert.ok(listed.includes('s-f_examples_greeting') && !listed.includes('s-f_examples_greet'));
});

test('creating what exists points to updateScript; updating nothing is not found', async () => {
  const taken = { path: 'f/examples/greeting', summary: '', content: greet, language: 'bun' };
  assert.equal((await call('createScript', taken)).structuredContent.error.code, 'conflict');
  const missing = await call('updateScript', { path: 'f/examples/none', content: greet });
  assert.equal(missing.structuredContent.error.code, 'not_found');
});

test('code that does not parse is refused with its place', async () => {
  const result = await call('createScript', {
    path: 'f/examples/broken',
    summary: '',
    content: 'export function',
    language: 'bun',
  });
  assert.equal(result.isError, true);
  assert.equal(result.structuredContent.error.code, 'unprocessable');
});

test('a preview runs without deploying; a throwing one tells its error and job', async () => {
  const ran = await call('runScriptPreviewAndWaitResult', {
    content: 'export function main(n: number) { return n * 2 }',
    language: 'bun',
    args: { n: 21 },
  });
  assert.equal(textOf(ran), '42');
  const failed = await call('runScriptPreviewAndWaitResult', {
    content: "export function main() { throw new RangeError('too far') }",
    language: 'bun',
    args: {},
  });
  assert.equal(failed.isError, true);
  const { error, job_id: id, run_url: url } = failed.structuredContent;
  assert.deepEqual([error.name, error.message], ['RangeError', 'too far']);
  assert.equal(url, `${server.origin}/w/${server.workspace}/runs/${id}`);
});

test('a started run is waited for, read, listed, logged and run again', async () => {
  const id = textOf(await call('runScriptByPath', { path: 'f/examples/greeting', name: 'Cy' }));
  assert.deepEqual((await call('waitJob', { id })).structuredContent, { hello: 'Cy' });
  const job = (await call('getJob', { id })).structuredContent;
  assert.deepEqual(
    [job.type, job.script_path, job.success, job.args, job.result],
    ['CompletedJob', 'f/examples/greeting', true, { name: 'Cy' }, { hello: 'Cy' }],
  );
  assert.match(textOf(await call('getJobLogs', { id })), /greeting Cy/);
  const { result: jobs } = (await call('listJobs', { script_path_exact: 'f/examples/greeting' }))
    .structuredContent;
  assert.ok(jobs.some((row: Loose) => row.id === id));
  const again = textOf(await call('rerunJob', { id }));
  assert.notEqual(again, id);
  assert.deepEqual((await call('waitJob', { id: again })).structuredContent, { hello: 'Cy' });
  assert.ok((await call('listWorkers')).structuredContent.result.length > 0);
});

const sleeper = `export async function main() {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}`;

test('a run longer than the wait hands out its id; cancelJob ends it', async () => {
  textOf(
    await call('createScript', {
      path: 'f/examples/sleep',
      summary: 'Sleep',
      content: sleeper,
      language: 'bun',
    }),
  );
  const id = textOf(await call('runScriptByPath', { path: 'f/examples/sleep' }));
  const waited = await call('waitJob', { id, timeout: 0.2 });
  assert.match(textOf(waited), /still running as job .*Call waitJob/s);
  const queue = (await call('listQueue')).structuredContent.result;
  assert.ok(queue.some((row: Loose) => row.id === id));
  textOf(await call('cancelJob', { id, reason: 'enough' }));
  const ended = await call('waitJob', { id });
  assert.equal(ended.isError, true);
  assert.match(ended.content[0].text, /Canceled/);
});

test('a client that goes away cancels what it waited for', async () => {
  const client = new AbortController();
  const answered = call('s-f_examples_sleep', {}, { signal: client.signal });
  let running: Loose;
  for (let asked = 0; !running && asked < 1_000; asked += 1) {
    const queue = (await call('listQueue', { running: true })).structuredContent.result;
    running = queue.find((row: Loose) => row.script_path === 'f/examples/sleep');
  }
  client.abort();
  await assert.rejects(answered);
  const ended = await call('waitJob', { id: running.id });
  assert.match(ended.content[0].text, /Canceled/);
});

test('a call that asked for progress streams it while the job runs', async () => {
  const content = `export async function main() {
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    return { slept: true };
  }`;
  const args = { content, language: 'bun', args: {} };
  const { body, headers } = modern(
    'tools/call',
    { name: 'runScriptPreviewAndWaitResult', arguments: args },
    { meta: { progressToken: 7 } },
  );
  const response = await post(body, headers);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const messages = await messagesOf(response);
  assert.equal(messages[0].method, 'notifications/progress');
  assert.equal(messages[0].params.progressToken, 7);
  assert.deepEqual(messages.at(-1).result.structuredContent, { slept: true });
});

test('arguments that do not fit start no job', async () => {
  const count = async () =>
    (await call('listJobs', { script_path_exact: 'f/examples/greeting' })).structuredContent.result
      .length;
  const earlier = await count();
  const result = await call('s-f_examples_greeting', { name: 3 });
  assert.match(result.content[0].text, /name: given 3 \(number\), accepted: string/);
  assert.equal(await count(), earlier);
});

test('deleting by hash and by path takes the tool away', async () => {
  const made = textOf(
    await call('createScript', {
      path: 'f/examples/gone',
      summary: '',
      content: greet,
      language: 'bun',
    }),
  );
  textOf(await call('deleteScriptByHash', { hash: made }));
  assert.ok(!(await names()).includes('s-f_examples_gone'));
  textOf(await call('deleteScriptByPath', { path: 'f/examples/sleep' }));
  assert.ok(!(await names()).includes('s-f_examples_sleep'));
});

/** For every tool a call that fails for no reason but a missing right. */
const harmless: Record<string, Record<string, unknown>> = {
  listScripts: {},
  getScriptByPath: { path: 'f/examples/hello' },
  createScript: { path: 'f/examples/hello', summary: '', content: greet, language: 'bun' },
  updateScript: { path: 'f/examples/hello', content: 'export function' },
  deleteScriptByPath: { path: 'f/examples/missing' },
  deleteScriptByHash: { hash: '0000000000000000' },
  runScriptByPath: { path: 'f/examples/missing' },
  runScriptPreviewAndWaitResult: { content: 'export function', language: 'bun', args: {} },
  listJobs: {},
  listQueue: {},
  getJob: { id: '00000000-0000-7000-8000-000000000000' },
  getJobLogs: { id: '00000000-0000-7000-8000-000000000000' },
  waitJob: { id: '00000000-0000-7000-8000-000000000000' },
  cancelJob: { id: '00000000-0000-7000-8000-000000000000' },
  rerunJob: { id: '00000000-0000-7000-8000-000000000000' },
  runJobNow: { id: '00000000-0000-7000-8000-000000000000' },
  listApprovals: {},
  resumeFlow: { id: '00000000-0000-7000-8000-000000000000' },
  restartFlow: { id: '00000000-0000-7000-8000-000000000000', step_id: 'a' },
  listWorkers: {},
  listWorkerLogs: {},
  getQueuePosition: { id: '00000000-0000-7000-8000-000000000000' },
  listFlows: {},
  getFlowByPath: { path: 'f/examples/missing' },
  createFlow: { path: 'f/examples/new', summary: '', value: { modules: 'none' } },
  updateFlow: { path: 'f/examples/flow', value: { modules: 'none' } },
  deleteFlowByPath: { path: 'f/examples/missing' },
  runFlowByPath: { path: 'f/examples/missing' },
  runFlowPreviewAndWaitResult: { value: { modules: 'none' }, args: {} },
  validateFlow: { value: { modules: [] } },
  listSchedules: {},
  getSchedule: { path: 'f/examples/missing' },
  previewSchedule: { schedule: '0 0 0 * * *', timezone: 'UTC' },
  createSchedule: {
    path: 'f/examples/missing',
    schedule: 'never',
    timezone: 'UTC',
    script_path: 'f/examples/missing',
  },
  updateSchedule: { path: 'f/examples/missing', schedule: '0 0 0 1 1 *', timezone: 'UTC' },
  setScheduleEnabled: { path: 'f/examples/missing', enabled: true },
  deleteSchedule: { path: 'f/examples/missing' },
  listResource: {},
  getResource: { path: 'f/examples/missing' },
  createResource: { path: 'f/examples/any', value: {}, resource_type: 'x', update_if_exists: true },
  updateResource: { path: 'f/examples/missing' },
  deleteResource: { path: 'f/examples/missing' },
  listResourceType: {},
  listVariable: {},
  getVariable: { path: 'f/examples/missing' },
  createVariable: { path: 'f/examples/any', value: 'x' },
  updateVariable: { path: 'f/examples/missing' },
  deleteVariable: { path: 'f/examples/missing' },
  listApps: {},
  getAppByPath: { path: 'f/examples/missing' },
  createApp: { path: 'f/examples/any', value: {} },
  updateApp: { path: 'f/examples/missing' },
  deleteApp: { path: 'f/examples/missing' },
  queryDocumentation: { query: 'flows' },
  searchDocs: { query: 'flows' },
  readDocsPage: { url: 'how-to/flows' },
  starItem: { kind: 'script', path: 'f/examples/missing' },
  unstarItem: { kind: 'script', path: 'f/examples/missing' },
  's-f_examples_hello': { name: 'x' },
};

const refusals = new Set(['forbidden', 'insufficient_scope']);

const tokens: [string[], Record<string, unknown>][] = [
  [['mcp:all'], {}],
  [['mcp:all'], { readOnly: true }],
  [['mcp:favorites'], {}],
  [['mcp:all:f/examples/*'], {}],
  [['mcp:scripts:f/examples/*'], {}],
  [['mcp:scripts:*'], {}],
  [['mcp:endpoints:*'], {}],
  [['mcp:endpoints:listJobs,getJob'], {}],
  [['mcp:endpoints:*', 'mcp:scripts:f/examples/*'], {}],
  [['mcp:endpoints:updateScript'], {}],
  [['mcp:flows:*'], {}],
];

test('a flow is there for the table below', async () => {
  const flow = { path: 'f/examples/flow', summary: '', value: { modules: [] } };
  textOf(await call('createFlow', flow));
});

for (const [scopes, more] of tokens) {
  const who = `${scopes.join(' ')}${more['readOnly'] ? ', read-only' : ''}`;
  test(`what is listed is what can be called: ${who}`, async () => {
    const as = await server.tokenWith(scopes, more);
    const listed = new Set(await names(as));
    for (const [name, args] of Object.entries(harmless)) {
      const result = await call(name, args, { as });
      const refused = refusals.has(result.structuredContent?.error?.code);
      const what = `${name}: ${JSON.stringify(result).slice(0, 300)}`;
      assert.equal(!refused, listed.has(name), what);
    }
  });
}

test('every endpoint tool is in the table above, and says what its risk is', async () => {
  const { result } = await send('tools/list', {});
  const document = (await (await server.fetch('/api/openapi.json')).json()) as Loose;
  assert.ok(document.openapi);
  for (const { name, annotations, description } of result.tools) {
    if (/^[sSfF]-/.test(name)) continue;
    assert.ok(name in harmless, name);
    assert.match(name, /^[a-zA-Z]{1,32}$/);
    assert.ok(description.length < 1000, name);
    assert.equal(
      annotations.readOnlyHint,
      /^(list|get|wait|preview|query|search|read|validate)/.test(name),
      name,
    );
    for (const hint of ['destructiveHint', 'idempotentHint', 'openWorldHint', 'readOnlyHint']) {
      assert.equal(typeof annotations[hint], 'boolean');
    }
  }
});

test('no token reaches a log', () => {
  assert.ok(token.length > 20);
  assert.ok(!server.logLines.some((line) => line.includes(token)));
});
