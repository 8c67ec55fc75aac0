// Handlers that schedules have when nobody names another: who sets them, which schedules get them.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('default handlers of schedules', () => {
  let server: TestServer;
  let developer: string;

  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const hourly = (path: string, more: object = {}) => ({
    ...{ path, schedule: '0 0 * * * *', timezone: 'UTC', scriptPath: 'f/team/run', ...more },
  });
  const handlersOf = async (path: string) => {
    const said = await op('schedules.get', { path });
    return ['onFailure', 'onFailureTimes', 'onSuccess', 'onRecovery'].map(
      (name) => said.options[name] ?? null,
    );
  };
  const handler = 'script/f/team/run';

  before(async () => {
    server = await startTestServer();
    const account = { email: 'dev@example.com', password: 'correct horse battery' };
    await op('users.create', account);
    await op('members.add', { email: account.email, username: 'dev', role: 'developer' });
    developer = (await op('session.login', account)).token;
    await op('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
    await op('folders.create', { name: 'vault' });
    for (const path of ['f/team/run', 'f/vault/run']) {
      await op('scripts.create', { path, language: 'bun', content: 'export const main = () => 1' });
    }
    await op('schedules.create', hourly('f/team/before', { onSuccess: handler }));
  });
  after(() => server.stop());

  it('are for admins to set, and must be there', async () => {
    const table: [object, string, number][] = [
      [{ kind: 'error', path: handler }, developer, 403],
      [{ kind: 'error', path: 'script/f/team/none' }, server.token, 404],
      [{ kind: 'error', path: 'f/team/run' }, server.token, 400],
      [{ kind: 'other', path: handler }, server.token, 400],
    ];
    for (const [input, token, status] of table) {
      const answer = await server.op('schedules.setDefaultHandler', input, token);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
    }
  });

  it('are those of new schedules that name none, and of old ones only when asked', async () => {
    await op('schedules.setDefaultHandler', { kind: 'error', path: handler, times: 3 });
    assert.deepEqual(await handlersOf('f/team/before'), [null, null, handler, null]);
    await op('schedules.create', hourly('f/team/a'), developer);
    assert.deepEqual(await handlersOf('f/team/a'), [handler, 3, null, null]);
    await op('schedules.create', hourly('f/team/none', { onFailure: null }));
    assert.deepEqual(await handlersOf('f/team/none'), [null, null, null, null]);
    const all = { kind: 'error', path: handler, times: 2, overrideExisting: true };
    await op('schedules.setDefaultHandler', all);
    for (const path of ['f/team/before', 'f/team/none', 'f/team/a']) {
      assert.deepEqual((await handlersOf(path)).slice(0, 2), [handler, 2], path);
    }
    assert.equal((await handlersOf('f/team/before'))[2], handler);
    await op('schedules.setDefaultHandler', { kind: 'error', path: null });
    assert.deepEqual((await handlersOf('f/team/a')).slice(0, 2), [handler, 2]);
    await op('schedules.create', hourly('f/team/b'));
    assert.deepEqual(await handlersOf('f/team/b'), [null, null, null, null]);
  });

  it('are as little as any handler for who may not run them', async () => {
    await op('schedules.setDefaultHandler', { kind: 'success', path: 'script/f/vault/run' });
    const refused = await server.op('schedules.create', hourly('f/team/c'), developer);
    assert.equal(refused.status, 404);
    await op('schedules.create', hourly('f/team/c', { onSuccess: null }), developer);
    await op('schedules.setDefaultHandler', { kind: 'success', path: null });
  });

  it('are those of Windmill’s bodies that leave them out', async () => {
    await op('schedules.setDefaultHandler', { kind: 'error', path: handler, times: 2 });
    const create = (path: string, more: object = {}, headers: Record<string, string> = {}) =>
      server.fetch('/api/w/test/schedules/create', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          ...{ path, schedule: '0 0 * * * *', timezone: 'UTC', script_path: 'f/team/run' },
          ...more,
        }),
      });
    assert.equal((await create('f/team/d')).status, 200);
    assert.deepEqual((await handlersOf('f/team/d')).slice(0, 2), [handler, 2]);
    assert.equal((await create('f/team/e', { on_failure: null })).status, 200);
    assert.deepEqual((await handlersOf('f/team/e')).slice(0, 2), [null, null]);
    assert.equal((await create('f/team/f', {}, { 'x-windmill-client': 'cli' })).status, 200);
    assert.deepEqual((await handlersOf('f/team/f')).slice(0, 2), [null, null]);
  });
});
