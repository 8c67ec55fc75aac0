// Flows over MCP on a whole server: a model tries one, writes it, runs it, changes it, and is told
// what is wrong with the module's id.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { agreeing, type Loose, messagesOf, modern } from './kit.ts';

let server: TestServer;
let token = '';

async function send(method: string, params: Record<string, unknown>, as = token): Promise<Loose> {
  const { body, headers } = modern(method, params);
  const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
    method: 'POST',
    token: as,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify(body),
  });
  const [message] = await messagesOf(response);
  assert.ok(message, `HTTP ${response.status}`);
  return message.result ?? message;
}

const call = (name: string, args: object = {}, as = token) =>
  agreeing((more) => send('tools/call', { name, arguments: { ...args, ...more } }, as));
const names = async (as = token): Promise<string[]> =>
  (await send('tools/list', {}, as)).tools.map((tool: Loose) => tool.name);

const flow = (content: string) => ({
  modules: [
    {
      id: 'a',
      value: {
        type: 'rawscript',
        language: 'bun',
        content,
        input_transforms: { name: { type: 'javascript', expr: 'flow_input.name' } },
      },
    },
  ],
});
const hello = flow("export const main = (name: string) => 'Hello ' + name");
const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };

before(async () => {
  server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
  token = await server.tokenWith(['mcp:all']);
});
after(() => server?.stop());

test('a flow is tried, written, listed, and a tool at once', async () => {
  const tried = await call('runFlowPreviewAndWaitResult', { value: hello, args: { name: 'Ann' } });
  assert.equal(tried.content[0].text, 'Hello Ann', JSON.stringify(tried));
  const said = { path: 'f/examples/greet', summary: 'Greet', value: hello, schema };
  assert.equal((await call('createFlow', said)).content[0].text, 'f/examples/greet');
  assert.equal((await call('createFlow', said)).structuredContent.error.code, 'conflict');
  assert.ok((await names()).includes('f-f_examples_greet'));
  const asTool = await call('f-f_examples_greet', { name: 'Bo' });
  assert.equal(asTool.content[0].text, 'Hello Bo');
  const { result: flows } = (await call('listFlows')).structuredContent;
  assert.deepEqual(
    flows.map((one: Loose) => [one.path, one.summary, 'value' in one]),
    [['f/examples/greet', 'Greet', false]],
  );
  const started = await call('runFlowByPath', { path: 'f/examples/greet', name: 'Cy' });
  const waited = await call('waitJob', { id: started.content[0].text });
  assert.equal(waited.content[0].text, 'Hello Cy');
});

test('an update keeps what it does not name', async () => {
  const path = 'f/examples/greet';
  const changed = flow("export const main = (name: string) => 'Bye ' + name");
  assert.notEqual((await call('updateFlow', { path, value: changed })).isError, true);
  const read = (await call('getFlowByPath', { path })).structuredContent;
  assert.deepEqual([read.summary, read.schema], ['Greet', schema]);
  assert.deepEqual(read.value, changed);
  const moved = { path, path__body: 'f/examples/bye', summary: 'Part' };
  assert.equal((await call('updateFlow', moved)).content[0].text, 'f/examples/bye');
  assert.equal((await call('f-f_examples_bye', { name: 'Di' })).content[0].text, 'Bye Di');
});

test('what is wrong is said with the id of the module', async () => {
  const value = { modules: [{ id: 'z', value: { type: 'script', path: 'f/examples/none' } }] };
  const refused = await call('createFlow', { path: 'f/examples/bad', summary: '', value });
  assert.match(refused.content[0].text, /module z: there is no script f\/examples\/none/);
  const hub = { modules: [{ id: 'h', value: { type: 'script', path: 'hub/1/send' } }] };
  const kept = await call('createFlow', { path: 'f/examples/hub', summary: '', value: hub });
  assert.match(kept.structuredContent.warnings[0], /module h: script hub\/1\/send/);
  const broken = flow('export const main = (name: string) => { throw new Error("no " + name) }');
  const failed = await call('runFlowPreviewAndWaitResult', { value: broken, args: { name: 'x' } });
  assert.equal(failed.isError, true);
  assert.match(failed.content[0].text, /no x/);
});

test('a token gets the tools that its scopes name', async () => {
  const narrow = await server.tokenWith(['mcp:endpoints:listFlows,getFlowByPath']);
  assert.deepEqual(await names(narrow), ['listFlows', 'getFlowByPath']);
  const refused = await call('deleteFlowByPath', { path: 'f/examples/bye' }, narrow);
  assert.equal(JSON.stringify(refused).includes('f/examples/bye"'), false);
  const readOnly = await server.tokenWith(['mcp:all'], { readOnly: true });
  const tools = await names(readOnly);
  assert.ok(tools.includes('getFlowByPath') && !tools.includes('createFlow'));
  const deleted = await call('deleteFlowByPath', { path: 'f/examples/bye' });
  assert.equal(deleted.content[0].text, 'f/examples/bye', JSON.stringify(deleted));
  assert.equal((await names()).includes('f-f_examples_bye'), false);
});
