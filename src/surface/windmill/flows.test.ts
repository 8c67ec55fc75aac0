// Windmill's REST of flows, and flows as tools of models, on a whole server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const content = 'export const main = (n: number) => n + 1';
const value = {
  modules: [
    {
      id: 'a',
      value: {
        type: 'rawscript',
        language: 'bun',
        content,
        input_transforms: { n: { type: 'javascript', expr: 'flow_input.n' } },
      },
    },
  ],
};
const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };

describe('Windmill’s REST of flows', () => {
  let server: TestServer;

  async function send(path: string, body?: unknown, init: RequestInit = {}) {
    const response = await server.fetch(`/api/w/${server.workspace}/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...init,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(init.headers as Record<string, string>),
      },
    });
    const text = await response.text();
    const warnings = response.headers.get('x-millrace-warnings');
    return { status: response.status, text, ...(warnings === null ? {} : { warnings }) };
  }
  async function read(path: string): Promise<any> {
    const { status, text } = await send(path);
    assert.equal(status, 200, `${path}: ${text}`);
    return JSON.parse(text);
  }

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it('creates, reads, updates, runs, archives and deletes', async () => {
    const path = 'f/examples/flow';
    const body = { path, summary: 'One', description: '', value, schema, labels: ['x'] };
    assert.deepEqual(await send('flows/create', body), { status: 201, text: path });
    assert.equal((await send('flows/create', body)).status, 409);
    const first = await read(`flows/get/${path}`);
    assert.deepEqual(first.value, value);
    assert.deepEqual([first.summary, first.archived, first.labels], ['One', false, ['x']]);
    assert.equal((await send(`flows/update/${path}`, { ...body, summary: 'Two' })).status, 200);
    assert.equal((await read(`flows/get/${path}`)).summary, 'Two');
    assert.equal((await read(`flows/get/v/${first.version_id}`)).summary, 'One');
    assert.equal((await read(`flows/history/p/${path}`)).length, 2);
    assert.deepEqual(
      (await read('flows/list')).map((flow: any) => [flow.path, 'value' in flow]),
      [[path, false]],
    );

    const waited = await send(`jobs/run_wait_result/f/${path}`, { n: 1 });
    assert.deepEqual(waited, { status: 200, text: '2' });
    const fixed = await send(`jobs/run_wait_result/fv/${first.version_id}`, { n: 2 });
    assert.deepEqual(fixed, { status: 200, text: '3' });
    const started = await send(`jobs/run/f/${path}`, { n: 3 });
    assert.match(started.text, /^[0-9a-f-]{36}$/);
    const job = await read(`jobs_u/get/${started.text}`);
    assert.equal(job.flow_status.modules[0].id, 'a');
    assert.equal('flow_jobs' in job.flow_status.modules[0], false);
    const preview = await send('jobs/run_wait_result/preview_flow', { value, args: { n: 9 } });
    assert.deepEqual(preview, { status: 200, text: '10' });

    assert.equal((await send(`flows/archive/${path}`, { archived: true })).status, 200);
    assert.equal(await read(`flows/exists/${path}`), false);
    assert.equal((await send(`jobs/run/f/${path}`, {})).status, 404);
    const gone = await send(`flows/delete/${path}`, undefined, { method: 'DELETE' });
    assert.equal(gone.status, 200);
    assert.equal((await send(`flows/get/${path}`)).status, 404);
  });

  it('keeps what calls a script that is to come, from the command line only', async () => {
    const modules = [{ id: 'a', value: { type: 'script', path: 'f/examples/later' } }];
    const body = { path: 'f/examples/early', summary: '', value: { modules } };
    const refused = await send('flows/create', body);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /module a: there is no script f\/examples\/later/);
    const headers = { 'x-windmill-client': 'cli' };
    assert.equal((await send('flows/create', body, { headers })).status, 201);
    const step = { id: 'h', value: { type: 'script', path: 'hub/1/größe' } };
    const hub = { ...body, path: 'f/examples/hub', value: { modules: [step] } };
    const made = await send('flows/create', hub);
    assert.deepEqual([made.status, made.text], [201, 'f/examples/hub']);
    assert.match(made.warnings ?? '', /^\["module h: script hub\/1\/gr/);
  });

  it('is a tool of models', async () => {
    const body = { path: 'f/examples/tool', summary: 'Add one', value, schema };
    assert.equal((await send('flows/create', body)).status, 201);
    const call = async (method: string, params: object) => {
      const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
        method: 'POST',
        token: await server.tokenWith(['mcp:all']),
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      const text = await response.text();
      return JSON.parse(text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? ''));
    };
    const name = 'f-f_examples_tool';
    const { result } = await call('tools/list', {});
    assert.ok(result.tools.some((tool: { name: string }) => tool.name === name));
    const answer = await call('tools/call', { name, arguments: { n: 4 } });
    assert.equal(answer.result.content[0].text, '5', JSON.stringify(answer));
  });
});
