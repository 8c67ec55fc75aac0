// Deleting many items in one request: each as if it were named alone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('delete_bulk', () => {
  let server: TestServer;
  let developer: string;

  async function op(name: string, input: object = {}): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function remove(kind: string, body: unknown, token: string | null = server.token) {
    const answer = await server.fetch(`/api/w/test/${kind}/delete_bulk`, {
      token,
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  }
  const exists = (path: string) => op('variables.exists', { path });

  before(async () => {
    server = await startTestServer();
    const account = { email: 'dev@example.com', password: 'correct horse battery' };
    await op('users.create', account);
    await op('members.add', { email: account.email, username: 'dev', role: 'developer' });
    developer = (await op('session.login', account)).token;
    await op('folders.create', { name: 'team', extraPerms: { 'u/dev': true } });
    await op('folders.create', { name: 'vault' });
    for (const path of ['f/team/a', 'f/team/b', 'f/team/c', 'f/vault/d']) {
      await op('variables.create', { path, value: '' });
    }
  });
  after(() => server.stop());

  it('deletes what the caller may delete, and stops at what they may not', async () => {
    const paths = ['f/team/a', 'f/vault/d', 'f/team/b'];
    const refused = await remove('variables', { paths }, developer);
    assert.equal(refused.status, 404);
    assert.match(refused.text, /1 before it were deleted/);
    const left = await Promise.all([...paths, 'f/team/c'].map(exists));
    assert.deepEqual(left, [false, true, true, true]);
    const done = await remove('variables', { paths: ['f/team/b', 'f/team/b'] }, developer);
    assert.deepEqual(done, { status: 200, text: '["f/team/b"]' });
    const rows: { outcome: string }[] = await op('audit.list', { operation: 'variables.delete' });
    assert.deepEqual(rows.map(({ outcome }) => outcome).toSorted(), ['ok', 'ok', 'refused']);
  });

  it('refuses lists that are none, and callers that are nobody', async () => {
    for (const kind of ['scripts', 'variables', 'resources']) {
      for (const body of [{}, { paths: 'f/team/c' }, { paths: [1] }]) {
        assert.equal((await remove(kind, body)).status, 400, kind);
      }
      const many = Array.from({ length: 1001 }, (_none, at) => `f/team/${at}`);
      assert.equal((await remove(kind, { paths: many })).status, 413, kind);
      assert.equal((await remove(kind, { paths: ['f/team/c'] }, null)).status, 401, kind);
    }
    assert.equal(await exists('f/team/c'), true);
  });
});
