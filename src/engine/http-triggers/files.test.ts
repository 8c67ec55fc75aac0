// HTTP routes that answer stored files, through a whole server: one file, websites, who may publish
// what, and what strangers do not get.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('HTTP routes of stored files', () => {
  let server: TestServer;

  async function must(op: string, input: object): Promise<any> {
    const answer = await server.op(op, input);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const get = (path: string, init: RequestInit = {}) =>
    server.fetch(`/api/r/${path}`, { token: null, redirect: 'manual', ...init });
  const route = (name: string, more: object) => ({
    path: `f/team/${name}`,
    routePath: name,
    httpMethod: 'get',
    authenticationMethod: 'none',
    ...more,
  });

  before(async () => {
    server = await startTestServer();
    await must('folders.create', { name: 'team' });
    const files = {
      'f/team/site/index.html': '<h1>home</h1>',
      'f/team/site/app.js': 'export {}',
      'f/team/site/docs/index.html': '<h1>docs</h1>',
      'f/team/secret.txt': 'secret',
    };
    for (const [key, text] of Object.entries(files)) await must('files.write', { key, text });
  });
  after(() => server.stop());

  it('answer one file', async () => {
    await must('httpTriggers.create', route('one', { staticKey: 'f/team/site/app.js' }));
    const got = await get('one');
    assert.deepEqual([got.status, await got.text()], [200, 'export {}']);
    assert.equal(got.headers.get('content-type'), 'text/javascript; charset=utf-8');
    assert.match(got.headers.get('content-security-policy') ?? '', /^sandbox(?! *$)/);
    assert.doesNotMatch(got.headers.get('content-security-policy') ?? '', /same-origin/);
    assert.equal((await get('one/more')).status, 404);
    assert.equal((await get('one', { method: 'POST' })).status, 404);
    const part = await get('one', { headers: { range: 'bytes=0-5' } });
    assert.deepEqual([part.status, await part.text()], [206, 'export']);
  });

  it('answer the files of a website, and nothing above its folder', async () => {
    await must('httpTriggers.create', route('site', { staticKey: 'f/team/site', isWebsite: true }));
    const rows: [address: string, status: number, has: string][] = [
      ['site/', 200, '<h1>home</h1>'],
      ['site/index.html', 200, '<h1>home</h1>'],
      ['site/app.js', 200, 'export {}'],
      ['site/docs/', 200, '<h1>docs</h1>'],
      ['site/none.html', 404, 'no such file'],
      ['site/docs', 404, 'no such file'],
      ['site/%2e%2e/secret.txt', 404, ''],
      ['site/..%2fsecret.txt', 400, ''],
      ['site//app.js', 400, ''],
    ];
    for (const [address, status, has] of rows) {
      const got = await get(address);
      const text = await got.text();
      assert.equal(got.status, status, `${address}: ${text}`);
      assert.ok(text.includes(has) && !text.includes('secret.txt') && !/^secret$/.test(text), text);
      assert.ok(!text.includes('f/team'), 'strangers learn no key');
    }
    const bare = await get('site');
    assert.deepEqual([bare.status, bare.headers.get('location')], [302, 'site/']);
    const script = 'export const main = () => "mine"';
    await must('scripts.create', { path: 'f/team/mine', language: 'bun', content: script });
    await must('httpTriggers.create', {
      ...route('mine', { scriptPath: 'f/team/mine' }),
      routePath: 'site/api',
    });
    assert.equal(await (await get('site/api')).json(), 'mine');
  });

  it('ask for a proof where they are told to', async () => {
    await must('httpTriggers.create', {
      ...route('members', { staticKey: 'f/team/secret.txt' }),
      authenticationMethod: 'windmill',
    });
    assert.equal((await get('members')).status, 401);
    const got = await server.fetch('/api/r/members');
    assert.deepEqual([got.status, await got.text()], [200, 'secret']);
    assert.equal(got.headers.get('access-control-allow-origin'), null);
  });

  it('are refused when they make no sense, or publish what the writer may not read', async () => {
    const password = 'a password of dev';
    await must('users.create', { email: 'dev@example.com', password });
    await must('members.add', { email: 'dev@example.com', username: 'dev', role: 'developer' });
    const { body } = await server.op('session.login', { email: 'dev@example.com', password });
    const stolen = {
      ...route('stolen', { staticKey: 'f/team/secret.txt', workspacedRoute: true }),
      path: 'u/dev/stolen',
    };
    assert.equal((await server.op('httpTriggers.create', stolen, body.token)).status, 404);
    const file = { staticKey: 'f/team/secret.txt' };
    const rows: [more: object, says: RegExp][] = [
      [{ ...file, scriptPath: 'f/team/mine' }, /takes no scriptPath/],
      [{ ...file, httpMethod: 'post' }, /method/],
      [{ ...file, requestType: 'async' }, /requestType/],
      [{ ...file, authenticationMethod: 'custom_script' }, /custom_script/],
      [{ ...file, wrapBody: true }, /wrapBody/],
      [{ isWebsite: true }, /neither/],
      [{}, /neither/],
      [{ staticKey: '../x' }, /empty part/],
    ];
    for (const [more, says] of rows) {
      const refused = await server.op('httpTriggers.create', route('odd', more));
      assert.equal(refused.status, 400, JSON.stringify(more));
      assert.match(JSON.stringify(refused.body), says);
    }
  });

  it('are written and read as Windmill says it', async () => {
    const w = '/api/w/test/http_triggers';
    const body = {
      path: 'f/team/wire_site',
      script_path: '',
      is_flow: false,
      route_path: 'wire_site',
      http_method: 'get',
      request_type: 'sync',
      authentication_method: 'none',
      is_static_website: true,
      static_asset_config: { s3: 'f/team/site' },
    };
    const send = (path: string, said: object) =>
      server.fetch(`${w}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(said),
      });
    assert.equal((await send('create', body)).status, 201);
    const got = (await (await server.fetch(`${w}/get/f/team/wire_site`)).json()) as any;
    assert.deepEqual(
      [got.is_static_website, got.static_asset_config],
      [true, { s3: 'f/team/site' }],
    );
    assert.equal(await (await get('wire_site/')).text(), '<h1>home</h1>');
    const { is_static_website: _site, static_asset_config: _config, ...plain } = body;
    const changed = { ...plain, script_path: 'f/team/mine', is_static_website: false };
    assert.equal((await send('update/f/team/wire_site', changed)).status, 200);
    assert.equal(await (await get('wire_site')).json(), 'mine');
    assert.equal((await get('wire_site/')).status, 400);
  });
});
