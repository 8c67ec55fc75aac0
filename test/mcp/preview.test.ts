// What a token would list, said before it is made: the same tools as `tools/list` answers to it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { messagesOf, modern } from './kit.ts';

describe('the preview of a token', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    for (const name of ['team', 'other']) {
      await server.op('folders.create', { name });
      const content = 'export function main(x: string) { return x }';
      const script = { path: `f/${name}/a`, summary: name, language: 'bun', content };
      assert.equal((await server.op('scripts.create', script)).status, 200);
    }
  });
  after(() => server.stop());

  async function listed(token: string): Promise<string[]> {
    const { body, headers } = modern('tools/list');
    const path = `/api/mcp/w/${server.workspace}/mcp`;
    const response = await server.fetch(path, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(body),
      token,
    });
    const [{ result }] = await messagesOf(response);
    return result.tools.map(({ name }: { name: string }) => name);
  }

  const reaches: [scopes: string[], readOnly: boolean, has: string[], hasNot: string[]][] = [
    [['mcp:all'], false, ['s-f_team_a', 's-f_other_a', 'createScript'], []],
    [['mcp:all'], true, ['listScripts'], ['s-f_team_a', 'createScript']],
    [['mcp:all:f/team/*'], false, ['s-f_team_a', 'runScriptByPath'], ['s-f_other_a']],
    [['mcp:scripts:f/other/*'], false, ['s-f_other_a'], ['s-f_team_a', 'listScripts']],
    [['mcp:endpoints:getJob'], false, ['getJob'], ['s-f_team_a', 'listJobs']],
    [['mcp:hub:slack'], false, [], ['getJob', 's-f_team_a']],
  ];
  for (const [scopes, readOnly, has, hasNot] of reaches) {
    const said = `${scopes.join(' ')}${readOnly ? ', read-only' : ''}`;
    it(`of ${said} is what the token lists`, async () => {
      const { status, body } = await server.op('tokens.preview', { scopes, readOnly });
      assert.equal(status, 200, JSON.stringify(body));
      const names = body.tools.map(({ name }: { name: string }) => name);
      for (const name of has) assert.ok(names.includes(name), name);
      for (const name of hasNot) assert.ok(!names.includes(name), name);
      const token = await server.tokenWith(scopes, { readOnly, workspaceId: server.workspace });
      assert.deepEqual(await listed(token), names);
      const { endpoints, scripts, flows } = body.counts;
      assert.equal(endpoints + scripts + flows, names.length);
      const shown = body.tools.find(({ name }: { name: string }) => name === 's-f_team_a');
      if (!shown) return;
      assert.deepEqual(shown, {
        name: 's-f_team_a',
        title: 'team',
        kind: 'script',
        path: 'f/team/a',
        readOnly: false,
      });
    });
  }

  it('shows no token more than itself, and only workspaces of the person', async () => {
    const narrow = await server.tokenWith(['tokens:read', 'mcp:scripts:f/team/*']);
    const asked = (scopes: string[]) => server.op('tokens.preview', { scopes }, narrow);
    assert.equal((await asked(['mcp:scripts:f/team/a'])).status, 200);
    assert.equal((await asked(['mcp:all'])).body.error.code, 'insufficient_scope');
    assert.equal((await asked(['mcp:scripts:f/team/*', 'jobs:run'])).status, 403);
    const elsewhere = await server.fetch('/api/op/tokens.preview?workspace=nowhere', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scopes: ['mcp:all'] }),
    });
    assert.equal(elsewhere.status, 404);
    const general = await server.op('tokens.preview', { scopes: ['jobs:run'] });
    assert.equal(general.body.error.code, 'invalid_input');
  });
});
