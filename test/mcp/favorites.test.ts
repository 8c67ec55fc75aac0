// Tokens that follow the stars of a person, and tokens that are confined to a folder: what they
// list, what they run, what they read, and what of them counts outside of MCP addresses.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Loose, messagesOf, modern } from './kit.ts';

describe('what a token follows', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    for (const name of ['team', 'other']) {
      await made('folders.create', { name });
      const content = `export function main() { return '${name}' }`;
      await made('scripts.create', { path: `f/${name}/a`, summary: '', language: 'bun', content });
      await made('variables.create', { path: `f/${name}/key`, value: name });
      await made('resources.create', { path: `f/${name}/db`, value: {}, resourceType: 'object' });
      const cron = { schedule: '0 0 0 1 1 *', timezone: 'UTC', enabled: false };
      const script = { scriptPath: `f/${name}/a`, isFlow: false, args: {} };
      await made('schedules.create', { path: `f/${name}/yearly`, ...cron, ...script });
    }
  });
  after(() => server.stop());

  async function made(operation: string, input: object): Promise<void> {
    const { status, body } = await server.op(operation, input);
    assert.equal(status, 200, `${operation}: ${JSON.stringify(body)}`);
  }

  async function ask(token: string, method: string, params = {}): Promise<Loose> {
    const { body, headers } = modern(method, params);
    const response = await server.fetch(`/api/mcp/w/${server.workspace}/mcp`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
      token,
    });
    const [message] = await messagesOf(response);
    return message;
  }

  const namesFor = async (token: string): Promise<string[]> =>
    (await ask(token, 'tools/list')).result.tools.map(({ name }: { name: string }) => name);
  const call = async (token: string, name: string, args = {}): Promise<Loose> =>
    ask(token, 'tools/call', { name, arguments: args });
  const textOf = (answer: Loose): string => JSON.stringify(answer);

  it('follows the stars at once, in lists, previews and calls', async () => {
    const token = await server.tokenWith(['mcp:favorites']);
    const star = { kind: 'script', path: 'f/team/a' };
    assert.ok(!(await namesFor(token)).some((name) => /^[sf]-|^run\w+ByPath$/i.test(name)));
    assert.match(textOf(await call(token, 's-f_team_a')), /insufficient_scope/);
    await made('favorites.star', star);
    const listed = await namesFor(token);
    assert.ok(listed.includes('s-f_team_a') && listed.includes('runScriptByPath'));
    assert.ok(!listed.includes('s-f_other_a'));
    const preview = await server.op('tokens.preview', { scopes: ['mcp:favorites'] });
    assert.deepEqual(
      preview.body.tools.map(({ name }: { name: string }) => name),
      listed,
    );
    assert.match(textOf(await call(token, 's-f_team_a')), /team/);
    const other = await call(token, 'runScriptByPath', { path: 'f/other/a' });
    assert.match(textOf(other), /insufficient_scope/);
    await made('favorites.unstar', star);
    assert.ok(!(await namesFor(token)).includes('s-f_team_a'));
    assert.match(textOf(await call(token, 's-f_team_a')), /insufficient_scope/);
  });

  it('lets models star, but none that follows the stars', async () => {
    const follower = await server.tokenWith(['mcp:favorites']);
    const all = await server.tokenWith(['mcp:all']);
    const item = { kind: 'script', path: 'f/other/a' };
    assert.ok(!(await namesFor(follower)).includes('starItem'));
    assert.match(textOf(await call(follower, 'starItem', item)), /insufficient_scope/);
    assert.match(textOf(await call(all, 'starItem', item)), /Starred the script f\/other\/a/);
    assert.ok((await namesFor(follower)).includes('s-f_other_a'));
    const confined = await server.tokenWith(['mcp:all:f/team/*']);
    assert.match(textOf(await call(confined, 'starItem', item)), /insufficient_scope/);
    assert.match(textOf(await call(all, 'unstarItem', item)), /Took the star/);
    assert.ok(!(await namesFor(follower)).includes('s-f_other_a'));
  });

  const lists = ['listVariable', 'listResource', 'listSchedules', 'listScripts'];
  const rows: [scopes: string[], tool: string, has: RegExp, hasNot: RegExp][] = [
    ...lists.map((tool): [string[], string, RegExp, RegExp] => [
      ['mcp:all:f/team/*'],
      tool,
      /f\/team\//,
      /f\/other\//,
    ]),
    ...lists.map((tool): [string[], string, RegExp, RegExp] => [
      ['mcp:all'],
      tool,
      /f\/other\//,
      /no such thing/,
    ]),
    [
      ['mcp:endpoints:*', 'mcp:variables:f/other/key'],
      'listVariable',
      /f\/other\/key/,
      /f\/team\/key/,
    ],
    [
      ['mcp:endpoints:*', 'mcp:variables:f/other/*'],
      'listResource',
      /f\/team\/db/,
      /no such thing/,
    ],
  ];
  for (const [scopes, tool, has, hasNot] of rows) {
    it(`${tool} by ${scopes.join(' ')} shows what is within`, async () => {
      const said = textOf(await call(await server.tokenWith(scopes), tool));
      assert.match(said, has);
      assert.doesNotMatch(said, hasNot);
    });
  }

  it('reads no item outside of the folder', async () => {
    const token = await server.tokenWith(['mcp:all:f/team/*']);
    for (const [tool, item] of [
      ['getVariable', 'key'],
      ['getResource', 'db'],
      ['getSchedule', 'yearly'],
      ['deleteResource', 'db'],
    ] as const) {
      const refused = textOf(await call(token, tool, { path: `f/other/${item}` }));
      assert.match(refused, /insufficient_scope/, tool);
      if (tool === 'deleteResource') continue;
      const found = await call(token, tool, { path: `f/team/${item}` });
      assert.ok(!found.result.isError, textOf(found));
    }
  });

  it('counts mcp: scopes at MCP addresses alone', async () => {
    const token = await server.tokenWith(['mcp:all', 'variables:read']);
    assert.ok((await namesFor(token)).includes('createScript'));
    assert.equal((await server.op('variables.list', {}, token)).status, 200);
    for (const name of ['scripts.list', 'resources.list', 'favorites.list']) {
      const { status, body } = await server.op(name, {}, token);
      assert.equal(status, 403, name);
      assert.equal(body.error.code, 'insufficient_scope');
    }
  });

  it('lists nothing for faces to come', async () => {
    const token = await server.tokenWith(['people:read']);
    assert.match(textOf(await ask(token, 'tools/list')), /insufficient_scope/);
    const both = await server.tokenWith(['mcp:endpoints:getJob', 'people:read']);
    assert.deepEqual(await namesFor(both), ['getJob']);
  });
});
