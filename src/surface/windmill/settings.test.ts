// Windmill's routes of a workspace's settings, key and environment.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const password = 'correct horse battery';
const otherKey = '0123456789abcdef'.repeat(4);

describe('a workspace’s settings', () => {
  let server: TestServer;
  let developer: string;

  async function op(name: string, input: object): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function send(path: string, body?: object, token = server.token) {
    const answer = await server.fetch(`/api/w/test/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      token,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: answer.status, text: await answer.text() };
  }
  async function run(content: string): Promise<unknown> {
    const made = await op('jobs.previewWait', { language: 'bun', content });
    assert.equal(made.success, true, JSON.stringify(made));
    return made.result;
  }

  before(async () => {
    server = await startTestServer();
    const email = 'dev@example.com';
    await op('users.create', { email, password });
    await op('members.add', { email, username: 'dev', role: 'developer' });
    developer = (await server.op('session.login', { email, password })).body.token;
  });
  after(() => server.stop());

  it('are a name, a colour and an app', async () => {
    const first = JSON.parse((await send('workspaces/get_settings')).text);
    assert.deepEqual(first, { workspace_id: 'test' });
    for (const [path, body] of [
      ['change_workspace_name', { new_name: 'Ünïcode & Co' }],
      ['change_workspace_color', { color: '#1a2b3c' }],
      ['edit_default_app', { default_app_path: 'f/examples/home' }],
    ] as const) {
      const changed = await send(`workspaces/${path}`, body);
      assert.equal(changed.status, 200, changed.text);
    }
    assert.equal(
      (await send('workspaces/get_workspace_name', undefined, developer)).text,
      'Ünïcode & Co',
    );
    assert.deepEqual(
      JSON.parse((await send('workspaces/get_settings', undefined, developer)).text),
      {
        workspace_id: 'test',
        color: '#1a2b3c',
        default_app: 'f/examples/home',
      },
    );
    assert.equal((await op('workspaces.mine', {})).workspaces[0].color, '#1a2b3c');
    assert.equal((await send('workspaces/change_workspace_color', { color: '' })).status, 200);
    assert.equal('color' in JSON.parse((await send('workspaces/get_settings')).text), false);
  });

  it('name a webhook to admins alone', async () => {
    const webhook = 'https://example.com/changes?key=k';
    assert.equal((await send('workspaces/edit_webhook', { webhook })).status, 200);
    const shown = async (token?: string) =>
      JSON.parse((await send('workspaces/get_settings', undefined, token)).text).webhook;
    assert.equal(await shown(), webhook);
    assert.equal(await shown(developer), undefined);
    for (const wrong of ['script/f/examples/hello', 'ftp://example.com', 'https://a:b@c.example']) {
      const refused = await send('workspaces/edit_webhook', { webhook: wrong });
      assert.equal(refused.status, 400, wrong);
    }
    assert.equal((await send('workspaces/edit_webhook', {})).status, 200);
    assert.equal(await shown(), undefined);
  });

  it('are for admins to change', async () => {
    for (const [path, body] of [
      ['workspaces/change_workspace_name', { new_name: 'x' }],
      ['workspaces/change_workspace_color', { color: '#000000' }],
      ['workspaces/edit_error_handler', {}],
      ['workspaces/edit_webhook', {}],
      ['workspaces/encryption_key', undefined],
      ['workspaces/encryption_key', { new_key: otherKey }],
      ['workspaces/set_environment_variable', { name: 'X', value: 'x' }],
    ] as const) {
      const refused = await send(path, body, developer);
      assert.equal(refused.status, 403, `${path}: ${refused.text}`);
      assert.doesNotMatch(refused.text, /[0-9a-f]{64}/);
    }
  });

  it('have a key, and secrets stay readable under another one', async () => {
    await op('variables.create', { path: 'f/examples/s', value: 'hunter2', isSecret: true });
    const { key } = JSON.parse((await send('workspaces/encryption_key')).text);
    assert.match(key, /^[0-9a-f]{64}$/);
    const wrong = await send('workspaces/encryption_key', { new_key: 'short' });
    assert.equal(wrong.status, 400);
    const changed = await send('workspaces/encryption_key', { new_key: otherKey });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(JSON.parse((await send('workspaces/encryption_key')).text).key, otherKey);
    assert.equal(await op('variables.getValue', { path: 'f/examples/s' }), 'hunter2');
    await op('variables.rotateKey', {});
    assert.notEqual(JSON.parse((await send('workspaces/encryption_key')).text).key, otherKey);
    assert.equal(await op('variables.getValue', { path: 'f/examples/s' }), 'hunter2');
    const inJob = 'export async function main(s: string) { return s.length }';
    const made = await op('jobs.previewWait', {
      language: 'bun',
      content: inJob,
      args: { s: '$var:f/examples/s' },
    });
    assert.equal(made.result, 7);
    const rows = JSON.stringify(await op('audit.list', { perPage: 1000 }));
    assert.match(rows, /variables\.exportKey/);
    assert.doesNotMatch(rows, new RegExp(`${key}|${otherKey}|hunter2`));
    assert.doesNotMatch(server.logLines.join('\n'), new RegExp(`${key}|${otherKey}`));
  });

  it('move secrets to another workspace with their key', async () => {
    const shown = { path: 'f/examples/s', includeEncrypted: true };
    const { value } = await op('variables.get', shown);
    await op('workspaces.create', { id: 'copy', name: 'copy' });
    const { key } = JSON.parse((await send('workspaces/encryption_key')).text);
    const there = async (path: string, body: object) =>
      server.fetch(`/api/w/copy/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    const variable = { path: 'f/examples/s', value, is_secret: true, description: '' };
    const early = await there('variables/create?already_encrypted=true', variable);
    assert.equal(early.status, 422);
    const taken = await there('workspaces/encryption_key', { new_key: key, skip_reencrypt: true });
    assert.equal(taken.status, 200);
    const made = await there('variables/create?already_encrypted=true', variable);
    assert.equal(made.status, 201, await made.text());
    const read = await server.fetch('/api/w/copy/variables/get_value/f/examples/s');
    assert.equal(await read.text(), '"hunter2"');
  });

  it('add to the environment of every job, at once', async () => {
    const read = 'export const main = () => process.env.OUR_REGION ?? "none"';
    assert.equal(await run(read), 'none');
    const set = (name: string, value?: string) =>
      send('workspaces/set_environment_variable', { name, value });
    assert.equal((await set('OUR_REGION', 'eu')).status, 200);
    assert.equal(await run(read), 'eu');
    assert.equal((await set('OUR_REGION', 'us')).status, 200);
    assert.equal(await run(read), 'us');
    const listed = JSON.parse((await send('variables/list_contextual')).text);
    const custom = listed.filter((row: { is_custom: boolean }) => row.is_custom);
    assert.deepEqual(
      custom.map((row: any) => [row.name, row.value]),
      [['OUR_REGION', 'us']],
    );
    assert.equal((await set('OUR_REGION')).status, 200);
    assert.equal(await run(read), 'none');
    for (const name of ['WM_TOKEN', 'PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'a b', '1x', '']) {
      assert.equal((await set(name, 'x')).status, 400, name);
    }
  });
});
