// Which apps run what, and the notes of versions, by operation and by Windmill's addresses.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { button, lowCode, text } from './apps.fixture.ts';

describe('versions of apps', () => {
  let server: TestServer;
  let dev: string;

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  before(async () => {
    server = await startTestServer();
    const password = 'a password of dev';
    await must('users.create', { email: 'dev@example.com', password });
    await must('members.add', { email: 'dev@example.com', username: 'dev', role: 'developer' });
    dev = (await server.op('session.login', { email: 'dev@example.com', password })).body.token;
    await must('folders.create', { name: 'team', extraPerms: { 'u/dev': false } });
    const content = 'export const main = () => 1';
    await must('scripts.create', { path: 'f/team/one', language: 'bun', content });
    const run = { type: 'path', runType: 'script', path: 'f/team/one' };
    const value = lowCode([button('b', run)]);
    await must('apps.create', { path: 'f/team/runs', value });
    await must('apps.create', { path: 'u/owner/runs', value });
    await must('apps.create', { path: 'f/team/plain', value: lowCode([text('a')]) });
  });
  after(() => server.stop());

  it('say which of them run a script, of those that one may read', async () => {
    const wanted = { kind: 'script', path: 'f/team/one' };
    assert.deepEqual(await must('apps.thatRun', wanted), ['f/team/runs', 'u/owner/runs']);
    assert.deepEqual((await server.op('apps.thatRun', wanted, dev)).body, ['f/team/runs']);
    assert.deepEqual(await must('apps.thatRun', { ...wanted, kind: 'flow' }), []);
    const at = '/api/w/test/apps/list_paths_from_workspace_runnable/script/f/team/one';
    assert.deepEqual(await (await server.fetch(at)).json(), ['f/team/runs', 'u/owner/runs']);
    await must('apps.update', { path: 'f/team/runs', value: lowCode([text('a')]) });
    assert.deepEqual(await must('apps.thatRun', wanted), ['u/owner/runs'], 'the head counts');
  });

  it('take a note afterwards, from those who may write', async () => {
    const { id, version } = await must('apps.get', { path: 'f/team/plain' });
    const other = await must('apps.get', { path: 'u/owner/runs' });
    const send = (app: number, of: number, token?: string) =>
      server.fetch(`/api/w/test/apps/history_update/a/${app}/v/${of}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ deployment_msg: 'for the demo' }),
        ...(token === undefined ? {} : { token }),
      });
    const rows: [app: number, of: number, token: string | undefined, status: number][] = [
      [id, version, dev, 403],
      [other.id, other.version, dev, 404],
      [id, other.version, undefined, 404],
      [id, version, undefined, 200],
    ];
    for (const [app, of, token, status] of rows) {
      assert.equal((await send(app, of, token)).status, status);
    }
    const [newest] = await must('apps.history', { path: 'f/team/plain' });
    assert.equal(newest.deploymentMsg, 'for the demo');
    const [untouched] = await must('apps.history', { path: 'u/owner/runs' });
    assert.equal(untouched.deploymentMsg, null);
  });
});
