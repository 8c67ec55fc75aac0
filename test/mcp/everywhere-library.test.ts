// Resources, prompts, completions and changes at the addresses that belong to no workspace: those
// of all workspaces of the person, by the official client, and nothing of anybody else's.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { eventsOf, type Loose, modern } from './messages.ts';

const content = 'export const main = () => "of the second"';

describe('an address of many workspaces', () => {
  let server: TestServer;
  let mine = '';
  let hers = '';

  async function must(op: string, input: object, token?: string): Promise<Loose> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async function as<Answer>(token: string, path: string, use: (client: Loose) => Promise<Answer>) {
    const client = new Client(
      { name: 't', version: '1' },
      { versionNegotiation: { mode: 'auto' } },
    );
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    const url = new URL(path, server.origin);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }));
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  }

  const deploy = (workspace: string, path: string) =>
    server.fetch(`/api/w/${workspace}/scripts/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path, language: 'bun', content, summary: '' }),
    });

  before(async () => {
    server = await startTestServer();
    await must('workspaces.create', { id: 'second', name: 'Second' });
    assert.equal((await deploy('second', 'u/owner/there')).status, 201);
    mine = await server.tokenWith(['mcp:all']);
    const [email, password] = ['ann@example.com', 'a password of her own'];
    await must('users.create', { email, password });
    await must('members.add', { email, username: 'ann', role: 'developer' });
    const { token } = await must('session.login', { email, password });
    hers = (await must('tokens.create', { scopes: ['mcp:all'] }, token)).token;
  });
  after(() => server?.stop());

  const uri = 'millrace://w/second/scripts/u/owner/there';

  for (const path of ['/mcp', '/api/mcp', '/api/mcp/gateway']) {
    it(`${path} has what every workspace has, each under its own name`, () =>
      as(mine, path, async (client) => {
        assert.match(client.getInstructions(), /several workspaces.*workspace_id/s);
        assert.ok(client.getInstructions().length <= 2000);
        const { resources } = await client.listResources();
        const uris: string[] = resources.map((one: Loose) => one.uri);
        assert.ok(uris.includes(uri) && uris.includes('millrace://docs/how-to/flows'));
        assert.ok(uris.includes('millrace://w/test/scripts/f/examples/hello'), uris.join(' '));
        assert.equal(new Set(uris).size, uris.length);
        const { resourceTemplates } = await client.listResourceTemplates();
        const templates = resourceTemplates.map((one: Loose) => one.uriTemplate);
        assert.ok(templates.includes('millrace://w/{workspace}/scripts/{+path}'), `${templates}`);
        const { contents } = await client.readResource({ uri });
        assert.deepEqual([contents[0].uri, contents[0].text], [uri, content]);
        const docs = await client.readResource({ uri: 'millrace://docs/how-to/flows' });
        assert.match(docs.contents[0].text, /flow/);
      }));
  }

  it('prompts take the workspace, and say it to the model', () =>
    as(mine, '/mcp', async (client) => {
      const { prompts } = await client.listPrompts();
      assert.deepEqual(prompts.map(({ name }: Loose) => name).toSorted(), [
        'automate',
        'debug_run',
        'write_flow',
        'write_script',
      ]);
      for (const prompt of prompts) assert.equal(prompt.arguments[0].name, 'workspace');
      const args = { workspace: 'second', task: 'add' };
      const { messages } = await client.getPrompt({ name: 'write_script', arguments: args });
      assert.match(messages[0].content.text, /workspace second: .* workspace_id/);
      const missing = client.getPrompt({ name: 'write_script', arguments: { task: 'add' } });
      await assert.rejects(missing, /names none of your workspaces/);
    }));

  it('completes workspaces, then what is in them', () =>
    as(mine, '/mcp', async (client) => {
      const ref = { type: 'ref/resource', uri: 'millrace://w/{workspace}/scripts/{+path}' };
      const complete = async (argument: object, given: object = {}) =>
        (await client.complete({ ref, argument, context: { arguments: given } })).completion.values;
      assert.deepEqual(await complete({ name: 'workspace', value: 's' }), ['second']);
      const path = { name: 'path', value: 'u/' };
      assert.deepEqual(await complete(path, { workspace: 'second' }), ['u/owner/there']);
      assert.deepEqual(await complete(path, { workspace: 'nowhere' }), []);
      const prompt = { type: 'ref/prompt', name: 'write_script' };
      const argument = { name: 'workspace', value: '' };
      const { completion } = await client.complete({ ref: prompt, argument });
      assert.deepEqual(completion.values, ['second', 'test']);
    }));

  it('shows nothing of workspaces of others, there or not', () =>
    as(hers, '/mcp', async (client) => {
      const { resources } = await client.listResources();
      assert.ok(resources.every((one: Loose) => !one.uri.includes('second')));
      const refusals = [];
      for (const name of ['second', 'nothing']) {
        const asked = client.readResource({ uri: uri.replace('second', name) });
        const error: Loose = await asked.catch((thrown: unknown) => thrown);
        refusals.push(String(error.message).replaceAll(name, '…'));
      }
      assert.equal(refusals[0], refusals[1]);
      assert.match(refusals[0] ?? '', /not found/);
      const args = { workspace: 'second', task: 'x' };
      const prompt = client.getPrompt({ name: 'write_script', arguments: args });
      await assert.rejects(prompt, /names none of your workspaces/);
    }));

  it('tells that resources and tools changed, in whichever workspace', async () => {
    const { body, headers } = modern('subscriptions/listen', {
      notifications: { toolsListChanged: true, resourcesListChanged: true },
    });
    const response = await server.fetch('/mcp', {
      method: 'POST',
      token: hers,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    const events = eventsOf(response);
    const { value: ack } = await events.next();
    const all = { toolsListChanged: true, resourcesListChanged: true };
    assert.deepEqual(ack.params.notifications, all);
    const path = 'f/examples/second';
    assert.equal((await deploy(server.workspace, path)).status, 201);
    assert.equal((await events.next()).value.method, 'notifications/resources/list_changed');
    // An operator has fewer tools than a developer.
    await must('members.update', { username: 'ann', role: 'operator' });
    assert.equal((await events.next()).value.method, 'notifications/tools/list_changed');
    await events.return(undefined);
  });
});
