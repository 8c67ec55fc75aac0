// Names outlive what they named: a group, a folder or a person of an old name inherits nothing of
// the one before, neither items nor grants nor runs.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './kit/server.ts';

const password = 'correct horse battery';
const code = { language: 'bun', content: 'export const main = () => 1' };

describe('a name of before', () => {
  let server: TestServer;

  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const login = async (email: string): Promise<string> =>
    (await op('session.login', { email, password })).token;
  async function person(name: string): Promise<string> {
    const email = `${name}@example.com`;
    await op('users.create', { email, password });
    return email;
  }
  async function member(name: string): Promise<string> {
    const email = await person(name);
    await op('members.add', { email, username: name, role: 'developer' });
    return login(email);
  }
  /** One item of each kind at the place, with a grant for the principal. */
  async function items(place: string, principal: string): Promise<void> {
    const extraPerms = { [principal]: true };
    const path = `${place}/item`;
    await op('scripts.create', { path, ...code, extraPerms });
    await op('scripts.create', { path, ...code, summary: 'second', autoParent: true, extraPerms });
    const value = { modules: [{ id: 'a', value: { type: 'identity' } }] };
    await op('flows.create', { path, value, extraPerms });
    await op('apps.create', {
      path,
      value: { grid: [], hiddenInlineScripts: [] },
      summary: '',
      extraPerms,
    });
    await op('variables.create', { path, value: 'hunter2', isSecret: true, extraPerms });
    await op('resources.create', { path, value: {}, resourceType: 'any', extraPerms });
    await op('schedules.create', {
      path,
      schedule: '0 0 0 1 1 *',
      timezone: 'UTC',
      scriptPath: path,
      enabled: false,
      extraPerms,
    });
    await op('httpTriggers.create', {
      path,
      routePath: place.replaceAll('/', '_'),
      httpMethod: 'get',
      requestType: 'sync',
      authenticationMethod: 'windmill',
      scriptPath: path,
      isFlow: false,
      extraPerms,
    });
  }
  const kinds = ['scripts', 'flows', 'apps', 'variables', 'resources', 'schedules', 'httpTriggers'];
  async function readable(place: string, token: string): Promise<string[]> {
    const answers = await Promise.all(
      kinds.map((kind) => server.op(`${kind}.get`, { path: `${place}/item` }, token)),
    );
    return kinds.filter((_kind, at) => answers[at]?.status === 200);
  }

  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it('of a group grants nothing', async () => {
    const ann = await member('ann');
    await op('folders.create', { name: 'closed' });
    await op('groups.create', { name: 'ops', summary: '' });
    await op('groups.addUser', { name: 'ops', username: 'ann' });
    await items('f/closed', 'g/ops');
    assert.deepEqual(await readable('f/closed', ann), kinds);
    await op('groups.delete', { name: 'ops' });
    await op('groups.create', { name: 'ops', summary: '' }, ann);
    assert.deepEqual(await readable('f/closed', ann), []);
    const { extraPerms } = await op('scripts.get', { path: 'f/closed/item' });
    assert.equal('g/ops' in extraPerms, false);
  });

  it('of a person stays the person’s, and its grants go', async () => {
    const email = 'bob@example.com';
    const bob = await member('bob');
    await op('folders.create', { name: 'granted' });
    await items('f/granted', 'u/bob');
    await items('u/bob', 'u/bob');
    assert.deepEqual(await readable('f/granted', bob), kinds);
    await op('members.remove', { username: 'bob' });

    const other = await person('bobby');
    for (const username of ['bob', 'Bob']) {
      const taken = await server.op('members.add', { email: other, username, role: 'developer' });
      assert.equal(taken.status, 409, JSON.stringify(taken.body));
    }
    await op('members.add', { email, username: 'bob', role: 'developer' });
    const again = await login(email);
    assert.deepEqual(await readable('u/bob', again), kinds);
    assert.deepEqual(await readable('f/granted', again), []);

    await op('users.delete', { email });
    await op('users.create', { email, password });
    const refused = await server.op('members.add', { email, username: 'bob', role: 'developer' });
    assert.equal(refused.status, 409);
    const { username } = await op('members.add', { email, role: 'developer' });
    assert.equal(username, 'bob2');
    assert.deepEqual(await readable('u/bob', await login(email)), []);
    assert.equal((await op('scripts.get', { path: 'u/bob/item' })).path, 'u/bob/item');
  });

  it('of a folder is an admin’s to give away while anything is left', async () => {
    const cid = await member('cid');
    await op('folders.create', { name: 'left' });
    await items('f/left', 'u/owner');
    await op('jobs.runWait', { path: 'f/left/item' });
    await op('folders.delete', { name: 'left' });
    const make = () => server.op('folders.create', { name: 'left' }, cid);
    assert.equal((await make()).status, 403);
    const path = 'f/left/item';
    for (const kind of ['schedules', 'httpTriggers', 'apps', 'flows', 'variables', 'resources']) {
      await op(`${kind}.delete`, { path });
      assert.equal((await make()).status, 403, kind);
    }
    await op('scripts.delete', { path });
    assert.equal((await make()).status, 403, 'its runs are left');
    await op('folders.create', { name: 'left', owners: ['u/cid'] });
    await op('folders.create', { name: 'fresh' }, cid);
    await op('folders.delete', { name: 'fresh' }, cid);
    await op('folders.create', { name: 'fresh' }, cid);
  });
});
