// What is said of a flow beside its versions: who may say it, and what it changes.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('notes on flows', () => {
  let server: TestServer;
  const tokens: Record<string, string> = {};
  const path = 'f/team/noted';
  let version: number;

  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    server = await startTestServer();
    for (const name of ['writer', 'reader', 'stranger']) {
      const account = { email: `${name}@example.com`, password: 'correct horse battery' };
      await op('users.create', account);
      await op('members.add', { email: account.email, username: name, role: 'developer' });
      tokens[name] = (await op('session.login', account)).token;
    }
    const extraPerms = { 'u/writer': true, 'u/reader': false };
    await op('folders.create', { name: 'team', extraPerms });
    await op('flows.create', { path, value: { modules: [] }, deploymentMessage: 'first' });
    version = (await op('flows.history', { path }))[0].id;
  });
  after(() => server.stop());

  it('are for those who may change the flow, and tell nobody else of it', async () => {
    const described = { version, message: 'mine' };
    const table: [string, string, object, number][] = [
      ['stranger', 'flows.describeVersion', described, 404],
      ['stranger', 'flows.getVersion', { version }, 404],
      ['stranger', 'flows.muteErrorHandler', { path, muted: true }, 404],
      ['reader', 'flows.describeVersion', described, 403],
      ['reader', 'flows.getVersion', { version }, 200],
      ['reader', 'flows.muteErrorHandler', { path, muted: true }, 403],
      ['writer', 'flows.describeVersion', { version: 999_999, message: '' }, 404],
      ['writer', 'flows.muteErrorHandler', { path: 'f/team/none', muted: true }, 404],
    ];
    for (const [who, name, input, status] of table) {
      const answer = await server.op(name, input, tokens[who]);
      assert.equal(answer.status, status, `${who} ${name}`);
      if ('version' in input && who === 'stranger') {
        assert.doesNotMatch(JSON.stringify(answer.body), /noted/);
      }
    }
    assert.equal((await op('flows.history', { path }))[0].deploymentMsg, 'first');
  });

  it('change the message and the setting, and make no version', async () => {
    await op('flows.describeVersion', { version, message: 'better' }, tokens['writer']);
    await op('flows.muteErrorHandler', { path, muted: true }, tokens['writer']);
    const history = await op('flows.history', { path });
    assert.deepEqual([history.length, history[0].deploymentMsg], [1, 'better']);
    assert.equal((await op('flows.get', { path })).extra.ws_error_handler_muted, true);
    await op('flows.muteErrorHandler', { path, muted: false }, tokens['writer']);
    assert.equal((await op('flows.get', { path })).extra.ws_error_handler_muted, false);
  });
});
