// One operation reads everything anew that services come from, and says what changed of each.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Hostile, listedTool, startHostile } from '../kit/mcp-servers.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type StandIn, startStandIn } from '../kit/stand-in.ts';

const documentOf = (paths: object): object => ({
  openapi: '3.0.0',
  info: { title: 'Items', version: '1' },
  paths,
});
const get = (operationId: string, summary = 'Read') => ({ get: { operationId, summary } });

describe('reading services anew', () => {
  let server: TestServer;
  let host: StandIn;
  let mcp: Hostile;
  let paths: object = { '/a': get('read_a'), '/b': get('read_b') };

  async function ok(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const reload = async (): Promise<Map<string, any>> => {
    const { services } = await ok('services.reload');
    return new Map(services.map((one: { name: string }) => [one.name, one]));
  };
  const nothing = { added: [], removed: [], changed: [], classes: [] };

  before(async () => {
    host = await startStandIn(() => [200, documentOf(paths)]);
    mcp = await startHostile();
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    mcp.tools = [listedTool('act')];
    await ok('openapi.import', {
      name: 'items',
      address: `${host.origin}/openapi.json`,
      baseUrl: host.origin,
      actions: [{ name: 'read_a' }],
    });
    await ok('openapi.import', {
      name: 'as_text',
      document: JSON.stringify(documentOf(paths)),
      baseUrl: host.origin,
      actions: [],
    });
    await ok('upstreams.register', { name: 'tools', address: mcp.address, timeoutSeconds: 1 });
    const { tools } = await ok('upstreams.get', { name: 'tools' });
    await ok('upstreams.approve', {
      name: 'tools',
      tools: [{ name: 'act', digest: tools[0].digest }],
    });
    const source = [
      'name: mine',
      'title: Mine',
      `address: ${host.origin}`,
      'actions:',
      '  - { name: look, description: Look., request: { method: GET, path: /look } }',
    ].join('\n');
    await ok('extensions.set', { source });
  });
  after(async () => {
    await server?.stop();
    await mcp?.stop();
    await host?.stop();
  });

  test('where nothing changed it says so', async () => {
    const found = await reload();
    assert.deepEqual([...found.keys()], ['items', 'mine', 'tools']);
    for (const [name, kind] of [
      ['items', 'openapi'],
      ['mine', 'extension'],
      ['tools', 'mcp'],
    ] as const) {
      assert.deepEqual(found.get(name), { name, kind, ...nothing, toApprove: 0, problem: null });
    }
  });

  test('it tells what is added, removed, changed and of another class', async () => {
    paths = {
      '/a': get('read_a', 'Read it well'),
      '/c': { post: { operationId: 'delete_c', summary: 'Delete' } },
    };
    mcp.tools = [listedTool('act', { description: 'something else' }), listedTool('more')];
    const found = await reload();
    const { added, removed, changed } = found.get('items');
    assert.deepEqual([added, removed, changed], [['delete_c'], ['read_b'], ['read_a']]);
    assert.deepEqual([found.get('tools').toApprove, found.get('tools').removed], [2, ['act']]);
    paths = { '/a': { post: { operationId: 'read_a', summary: 'Read it well' } } };
    const { classes } = (await reload()).get('items');
    assert.deepEqual(classes, [{ action: 'read_a', from: 'read', to: 'write' }]);
    const { services } = { services: await ok('services.list') };
    const items = services.find((one: { name: string }) => one.name === 'items');
    assert.deepEqual(items.actions, [{ name: 'read_a', class: 'write' }]);
  });

  test('what cannot be read is told with its reason, and the last good stays', async () => {
    host.failNext(500);
    mcp.instead = (response) => response.destroy();
    const found = await reload();
    assert.match(found.get('items').problem, /answers 500/);
    assert.match(found.get('tools').problem, /./);
    assert.equal(found.get('mine').problem, null);
    assert.deepEqual(found.get('items').removed, []);
    host.failNext(200, '<html>');
    assert.match((await reload()).get('items').problem, /no OpenAPI document/);
    const input = { service: 'items', action: 'read_a', params: {} };
    const { body } = await server.op('services.write', input);
    assert.equal(body.error.details.reason_code, 'auth_required');
  });

  test('it is for admins', async () => {
    const who = { email: 'ann@example.com', password: 'correct horse battery' };
    await ok('users.create', who);
    await ok('members.add', { email: who.email, username: 'ann', role: 'developer' });
    const ann = (await server.op('session.login', who, '')).body.token;
    assert.equal((await server.op('services.reload', {}, ann)).status, 403);
  });
});
