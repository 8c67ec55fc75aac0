// Windmill's routes of grants: who may share what, and what a grant changes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const password = 'correct horse battery';

describe('sharing', () => {
  let server: TestServer;
  const tokens: Record<string, string> = {};

  async function op(name: string, input: object): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function send(who: string, path: string, body?: object) {
    const answer = await server.fetch(`/api/w/test/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      token: tokens[who] as string,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: answer.status, text: await answer.text() };
  }

  before(async () => {
    server = await startTestServer();
    tokens['admin'] = server.token;
    for (const [name, role] of [
      ['dev', 'developer'],
      ['ann', 'developer'],
      ['oper', 'operator'],
    ] as const) {
      const email = `${name}@example.com`;
      await op('users.create', { email, password });
      await op('members.add', { email, username: name, role });
      tokens[name] = (await server.op('session.login', { email, password })).body.token;
    }
    await op('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
    await op('groups.create', { name: 'ops' });
    await op('variables.create', { path: 'f/team/v', value: 'x' });
    await op('resources.create', { path: 'f/team/r', resourceType: 'any', value: {} });
    const content = 'export const main = () => 1';
    await op('scripts.create', { path: 'f/team/s', language: 'bun', content });
    const value = { modules: [{ id: 'a', value: { type: 'identity' } }] };
    await op('flows.create', { path: 'f/team/w', summary: '', value });
    const runs = { scriptPath: 'f/team/s' };
    const cron = { schedule: '0 0 0 1 1 *', timezone: 'UTC' };
    await op('schedules.create', { ...runs, ...cron, path: 'f/team/c' });
    const route = { routePath: 'h', httpMethod: 'get', authenticationMethod: 'none' };
    await op('httpTriggers.create', { ...runs, ...route, path: 'f/team/h' });
  });
  after(() => server.stop());

  const items: readonly [kind: string, name: string, read: string][] = [
    ['script', 'f/team/s', 'scripts/get/p/f/team/s'],
    ['flow', 'f/team/w', 'flows/get/f/team/w'],
    ['variable', 'f/team/v', 'variables/get/f/team/v'],
    ['resource', 'f/team/r', 'resources/get/f/team/r'],
    ['schedule', 'f/team/c', 'schedules/get/f/team/c'],
    ['http_trigger', 'f/team/h', 'http_triggers/get/f/team/h'],
    ['folder', 'team', 'folders/get/team'],
  ];

  for (const [kind, name, read] of items) {
    it(`of a ${kind} lets somebody read it, and no longer`, async () => {
      const owner = 'u/ann';
      assert.equal((await send('ann', read)).status, 404);
      for (const who of ['ann', 'oper']) {
        const refused = await send(who, `acls/add/${kind}/${name}`, { owner, write: true });
        assert.ok([403, 404].includes(refused.status), `${who}: ${refused.text}`);
      }
      const granted = await send('admin', `acls/add/${kind}/${name}`, { owner, write: false });
      assert.equal(granted.status, 200, granted.text);
      const grants = await send('admin', `acls/get/${kind}/${name}`);
      assert.equal(JSON.parse(grants.text)['u/ann'], false);
      assert.equal((await send('ann', read)).status, 200);
      // Reading is no right to share.
      const passed = await send('ann', `acls/add/${kind}/${name}`, { owner, write: true });
      assert.equal(passed.status, 403, passed.text);
      assert.equal((await send('admin', `acls/remove/${kind}/${name}`, { owner })).status, 200);
      assert.equal((await send('ann', read)).status, 404);
      assert.equal(
        'u/ann' in JSON.parse((await send('admin', `acls/get/${kind}/${name}`)).text),
        false,
      );
    });
  }

  it('is for whoever may change the item, and writes an audit row', async () => {
    const shared = await send('dev', 'acls/add/script/f/team/s', { owner: 'g/ops', write: true });
    assert.equal(shared.status, 200, shared.text);
    const rows = await op('audit.list', { perPage: 100 });
    const row = rows.find((entry: any) => entry.operation === 'scripts.share');
    assert.equal(row.email ?? row.username, row.email ? 'dev@example.com' : 'dev');
  });

  it('of a group makes somebody its admin', async () => {
    const add = { username: 'oper' };
    assert.equal((await send('ann', 'groups/adduser/ops', add)).status, 403);
    const path = 'acls/add/group_/ops';
    assert.equal((await send('ann', path, { owner: 'u/ann', write: true })).status, 403);
    assert.equal((await send('admin', path, { owner: 'u/ann', write: true })).status, 200);
    assert.equal((await send('ann', 'groups/adduser/ops', add)).status, 200);
  });

  it('refuses what is no principal and what is not there', async () => {
    for (const owner of ['ann', 'u/', 'x/ann', 7, undefined]) {
      const body = { owner, write: true };
      assert.equal((await send('admin', 'acls/add/script/f/team/s', body)).status, 400);
    }
    const body = { owner: 'u/ann', write: true };
    assert.equal((await send('admin', 'acls/add/script/f/team/none', body)).status, 404);
    assert.equal((await send('admin', 'acls/add/group_/none', body)).status, 404);
  });
});
