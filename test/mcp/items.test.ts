// Variables and resources over MCP on a whole server: what a model sees of them, and how it hands
// them to scripts without ever seeing a secret.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { agreeing, type Loose, messagesOf, modern } from './kit.ts';

const secret = 'hunter2-and-then-some';
let server: TestServer;
let token = '';

async function must(op: string, input: object): Promise<Loose> {
  const answer = await server.op(op, input);
  assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

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

/** What the tool says about its argument `db`. */
async function offered(as = token): Promise<string> {
  const { tools } = await send('tools/list', {}, as);
  const tool = tools.find(({ name }: Loose) => name === 's-f_team_ask');
  assert.deepEqual(tool.inputSchema.properties.db.type, 'string');
  return tool.inputSchema.properties.db.description;
}

before(async () => {
  server = await startTestServer({ MILLRACE_WAIT_MS: '20000' });
  token = await server.tokenWith(['mcp:all']);
  await must('folders.create', { name: 'team' });
  await must('folders.create', { name: 'other' });
  await must('scripts.create', {
    path: 'f/team/ask',
    language: 'bun',
    content: `type Postgresql = { host: string; password: string };
      export function main(db: Postgresql) {
        console.log('connecting with', db.password);
        return { host: db.host, length: db.password.length };
      }`,
  });
});
after(() => server?.stop());

test('a script that takes a resource says that there is none', async () => {
  assert.match(await offered(), /PostgreSQL database.*\$res:<path>.*none of this type yet/);
});

test('a model makes a secret and a resource, and runs a script with them', async () => {
  const made = await call('createVariable', {
    path: 'f/team/pw',
    value: secret,
    is_secret: true,
    description: 'password of the database',
  });
  assert.match(made.content[0].text, /^Created the variable f\/team\/pw\.$/);
  await call('createResource', {
    path: 'f/team/db',
    resource_type: 'postgresql',
    value: { host: 'db.internal', password: '$var:f/team/pw' },
    description: 'The main database',
  });
  assert.match(await offered(), /There is one: The main database: \$res:f\/team\/db\.$/);
  const run = await call('s-f_team_ask', { db: '$res:f/team/db' });
  assert.deepEqual(run.structuredContent, { host: 'db.internal', length: secret.length });
  const jobs = await call('listJobs', { script_path_exact: 'f/team/ask' });
  const logs = await call('getJobLogs', { id: jobs.structuredContent.result[0].id });
  assert.match(logs.content[0].text, /connecting with hun\*\*\*\*\*/);
  assert.doesNotMatch(logs.content[0].text, /hunter2/);
});

test('a token with mcp:secrets reads a secret, if it is asked to, and lists none', async () => {
  const allowed = await server.tokenWith(['mcp:all', 'mcp:secrets']);
  const wanted = { name: 'getVariable', arguments: { path: 'f/team/pw' } };
  const asked = await send('tools/call', wanted, allowed);
  const { code, message } = asked.structuredContent.error;
  assert.equal(code, 'confirmation_required');
  assert.match(message, /Show the secret “f\/team\/pw” to the assistant/);
  assert.doesNotMatch(JSON.stringify(asked), /hunter2/);
  const read = await call('getVariable', { path: 'f/team/pw' }, allowed);
  assert.equal(read.structuredContent.value, secret);
  const kept = await call('getVariable', { path: 'f/team/pw', decrypt_secret: false }, allowed);
  assert.doesNotMatch(JSON.stringify(kept), /hunter2/);
  assert.doesNotMatch(JSON.stringify(await call('listVariable', {}, allowed)), /hunter2/);
  const alone = await server.tokenWith(['mcp:secrets']);
  const refused = await call('getVariable', { path: 'f/team/pw' }, alone);
  assert.doesNotMatch(JSON.stringify(refused), /hunter2/);
});

test('no tool shows the value of a secret, and getVariable says why', async () => {
  const read = await call('getVariable', { path: 'f/team/pw', decrypt_secret: true });
  assert.equal(read.structuredContent.is_secret, true);
  assert.match(read.content[1].text, /not shown here.*\$var:f\/team\/pw/);
  const plain = await call('createVariable', { path: 'f/team/colour', value: 'blue' });
  assert.notEqual(plain.isError, true);
  const colour = await call('getVariable', { path: 'f/team/colour' });
  assert.equal(colour.structuredContent.value, 'blue');
  for (const [tool, args] of [
    ['getVariable', { path: 'f/team/pw' }],
    ['listVariable', {}],
    ['updateVariable', { path: 'f/team/pw', description: 'new' }],
    ['getResource', { path: 'f/team/db' }],
    ['listResource', {}],
    ['listResourceType', {}],
  ] as const) {
    const result = await call(tool, args);
    assert.notEqual(result.isError, true, `${tool}: ${JSON.stringify(result)}`);
    assert.doesNotMatch(JSON.stringify(result), /hunter2/, tool);
  }
  assert.doesNotMatch(server.logLines.join('\n'), /hunter2/);
});

test('only what a token may use is offered, and the list is capped', async () => {
  const confined = await server.tokenWith(['mcp:scripts:f/team/*']);
  const value = { host: 'x', password: 'y' };
  await must('resources.create', { path: 'f/other/db', resourceType: 'postgresql', value });
  const toAll = await offered();
  assert.match(toAll, /There are 2: No title: \$res:f\/other\/db; The main database/);
  const toFew = await offered(confined);
  assert.match(toFew, /\$res:f\/team\/db/);
  assert.doesNotMatch(toFew, /f\/other/);
  const outside = await call('s-f_team_ask', { db: '$res:f/other/db' }, confined);
  assert.equal(outside.isError, true);
  assert.match(outside.content[0].text, /nothing that you may read at \$res:f\/other\/db/);
  for (let at = 0; at < 25; at += 1) {
    await must('resources.create', { path: `f/team/more${at}`, resourceType: 'postgresql', value });
  }
  const long = await offered();
  assert.equal(long.match(/\$res:f\//g)?.length, 20);
  assert.match(long, /; 7 more: listResource with resource_type=postgresql\.$/);
});

test('a moved or deleted resource leaves the tool’s description', async () => {
  const narrow = await server.tokenWith(['mcp:endpoints:updateResource']);
  const move = { path: 'f/other/db', path__body: 'f/other/moved' };
  const moved = await call('updateResource', move, narrow);
  assert.match(moved.content[0].text, /Updated the resource f\/other\/moved/);
  assert.match(await offered(), /\$res:f\/other\/moved/);
  await call('deleteResource', { path: 'f/other/moved' });
  assert.doesNotMatch(await offered(), /f\/other/);
  await call('deleteVariable', { path: 'f/team/colour' });
  const gone = await call('getVariable', { path: 'f/team/colour' });
  assert.equal(gone.structuredContent.error.code, 'not_found');
});
