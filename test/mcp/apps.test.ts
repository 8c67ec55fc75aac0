// Apps over MCP on a whole server: a model writes one, is told what is wrong with its place and an
// example, puts it right, and changes it without touching the rest.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { agreeing, type Loose, messagesOf, modern } from './kit.ts';

let server: TestServer;
let token = '';

async function callOnce(name: string, args: object): Promise<Loose> {
  const { body, headers } = modern('tools/call', { name, arguments: args });
  const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
    method: 'POST',
    token,
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

const call = (name: string, args: object = {}) =>
  agreeing((more) => callOnce(name, { ...args, ...more }));

before(async () => {
  server = await startTestServer();
  token = await server.tokenWith(['mcp:all']);
});
after(() => server.stop());

test('a model writes an app, is corrected, and changes it', async () => {
  const path = 'f/examples/model';
  const tree = { type: 'container', children: [{ type: 'text', value: 'Hello' }] };
  const refused = await call('createApp', { path, summary: 'Model', value: tree });
  assert.equal(refused.isError, true);
  const [{ text }] = refused.content;
  assert.match(text, /value\.grid: a low-code app has a grid .*such as \[\{"3":/);
  assert.match(text, /nothing was stored/);

  const files = { '/index.tsx': 'export default function App() { return null }' };
  const blank = await call('createApp', { path, value: { files } });
  assert.match(blank.content[0].text, /value\.files: the entry never mounts/);

  const mounted = { '/index.ts': "document.getElementById('root')!.append('Hello');" };
  const made = await call('createApp', { path, summary: 'Model', value: { files: mounted } });
  assert.equal(made.isError, undefined, JSON.stringify(made));
  assert.deepEqual(made.structuredContent.path, path);
  const renamed = await call('updateApp', { path, summary: 'Renamed' });
  assert.equal(renamed.structuredContent.version, made.structuredContent.version);
  const read = await call('getAppByPath', { path });
  const { summary, value, raw_app: rawApp } = read.structuredContent;
  assert.deepEqual([summary, value, rawApp], ['Renamed', { files: mounted }, true]);
  const listed = await call('listApps', { path_start: 'f/examples/' });
  assert.match(JSON.stringify(listed), /f\/examples\/model/);
  await call('deleteApp', { path });
  assert.equal((await call('getAppByPath', { path })).isError, true);
});
