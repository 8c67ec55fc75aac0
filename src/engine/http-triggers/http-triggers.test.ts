// HTTP routes through a whole server: who may publish, what is answered and to whom, what the
// script is given, and what must not reach it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const secret = 'a-secret-nobody-else-knows';

describe('HTTP routes', () => {
  let server: TestServer;
  let tokens: Record<string, string>;

  async function must(op: string, input: object = {}, token?: string): Promise<any> {
    const answer = await server.op(op, input, token);
    assert.equal(answer.status, 200, `${op}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  async function member(name: string, role: string): Promise<string> {
    const person = { email: `${name}@example.com`, password: 'correct horse battery' };
    await must('users.create', person);
    await must('members.add', { email: person.email, username: name, role });
    return (await must('session.login', person)).token;
  }
  const script = (name: string, content: string) =>
    must('scripts.create', { path: `f/team/${name}`, language: 'bun', content });
  const route = (path: string, more: object) =>
    must('httpTriggers.create', {
      path,
      httpMethod: 'post',
      scriptPath: 'f/team/echo',
      authenticationMethod: 'none',
      ...more,
    });
  /** As nobody unless `token` says otherwise. */
  async function call(address: string, init: RequestInit & { token?: string | null } = {}) {
    const answer = await server.fetch(`/api/r/${address}`, {
      method: 'POST',
      token: null,
      ...init,
    });
    const text = await answer.text();
    const json = /^[[{"]/.test(text) ? JSON.parse(text) : undefined;
    return { status: answer.status, text, json, headers: answer.headers };
  }
  const sent = (body: unknown, headers: Record<string, string> = {}) => ({
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

  before(async () => {
    server = await startTestServer();
    tokens = {
      admin: server.token,
      dev: await member('dev', 'developer'),
      operator: await member('oper', 'operator'),
      stranger: await member('stranger', 'developer'),
    };
    await must('folders.create', {
      name: 'team',
      extraPerms: { 'u/dev': true, 'u/oper': false },
    });
    await must('folders.create', { name: 'vault' });
    await script(
      'echo',
      `export const main = (a: unknown, id: string, body: unknown, raw_string: string, q: string) =>
        ({ a, id, body, raw_string, q, as: process.env.WM_PERMISSIONED_AS });`,
    );
    await script(
      'event',
      `export const preprocessor = (event: any) => ({ event });
       export const main = (event: any) => event;`,
    );
    await script(
      'shaped',
      `export const main = () => ({
        windmill_status_code: 202, windmill_headers: { 'x-own': 'yes', 'set-cookie': 'a=b' },
        windmill_content_type: 'text/html', result: '<b>hello</b>' });`,
    );
    await script('fails', 'export const main = () => { throw new Error("broken"); };');
  });
  after(() => server.stop());

  it('answer with the result, as their owner, with the parts of the address by name', async () => {
    await route('f/team/users', { routePath: 'users/:id' });
    const answer = await call('users/7', sent({ a: 1, id: 'forged' }));
    assert.deepEqual(answer.json, { a: 1, id: '7', as: 'u/owner' });
    const [job] = await must('jobs.list', { scriptPathExact: 'f/team/echo' });
    assert.deepEqual(
      [job.triggerKind, job.permissionedAs, job.email],
      ['http', 'u/owner', 'owner@example.com'],
    );
    const form = await call('users/7', { body: new URLSearchParams({ a: 'x' }) });
    assert.equal(form.json.a, 'x');
    const text = await call('users/7', {
      body: 'plain',
      headers: { 'content-type': 'text/plain' },
    });
    assert.equal(text.json.body, 'plain');
    await route('f/team/wrapped', { routePath: 'wrapped', wrapBody: true, rawString: true });
    const wrapped = await call('wrapped', sent({ a: 1 }));
    assert.deepEqual([wrapped.json.body, wrapped.json.raw_string], [{ a: 1 }, '{"a":1}']);
    await route('f/team/read', { routePath: 'users/:id', httpMethod: 'get' });
    assert.deepEqual((await call('users/8?q=z', { method: 'GET' })).json, {
      id: '8',
      q: 'z',
      as: 'u/owner',
    });
  });

  it('answer with the id of the job, and as the script shapes it', async () => {
    await route('f/team/later', { routePath: 'later', requestType: 'async' });
    const later = await call('later', sent({}));
    assert.equal(later.status, 201);
    assert.equal((await must('jobs.wait', { id: later.text })).success, true);
    await route('f/team/shaped', { routePath: 'shaped', scriptPath: 'f/team/shaped' });
    const shaped = await call('shaped');
    assert.deepEqual([shaped.status, shaped.text], [202, '<b>hello</b>']);
    assert.equal(shaped.headers.get('x-own'), 'yes');
    assert.equal(shaped.headers.get('set-cookie'), null);
    assert.match(shaped.headers.get('content-security-policy') ?? '', /sandbox/);
    await route('f/team/fails', { routePath: 'fails', scriptPath: 'f/team/fails' });
    const failed = await call('fails');
    assert.deepEqual([failed.status, failed.json.error.message], [422, 'broken']);
  });

  it('want their proof, and keep it out of jobs, logs and answers', async () => {
    const resources = {
      'f/team/key': { api_key_header: 'X-Api-Key', api_key_secret: '$var:f/team/secret' },
      'f/team/basic': { username: 'bob', password: '$var:f/team/secret' },
      'f/team/sign': { secret: '$var:f/team/secret' },
    };
    await must('variables.create', { path: 'f/team/secret', value: secret, isSecret: true });
    for (const [path, value] of Object.entries(resources)) {
      await must('resources.create', { path, value, resourceType: 'c_proof' });
    }
    const proofs = { api_key: 'f/team/key', basic_http: 'f/team/basic', signature: 'f/team/sign' };
    for (const [method, resource] of Object.entries(proofs)) {
      await route(`f/team/by_${method}`, {
        routePath: `by/${method}`,
        scriptPath: 'f/team/event',
        authenticationMethod: method,
        authenticationResourcePath: resource,
      });
    }
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const body = { hello: 'you' };
    const sign = (key: string) =>
      `sha256=${createHmac('sha256', key).update(JSON.stringify(body)).digest('hex')}`;
    const rows: [method: string, headers: Record<string, string>, status: number][] = [
      ['api_key', { 'x-api-key': secret }, 200],
      ['api_key', { 'x-api-key': `${secret}x` }, 401],
      ['api_key', {}, 401],
      ['basic_http', { authorization: basic(`bob:${secret}`) }, 200],
      ['basic_http', { authorization: basic('bob:') }, 401],
      ['basic_http', { authorization: `Bearer ${secret}` }, 401],
      ['signature', { 'x-hub-signature-256': sign(secret) }, 200],
      ['signature', { 'x-hub-signature-256': sign('other') }, 401],
      ['signature', {}, 401],
    ];
    for (const [method, headers, status] of rows) {
      const answer = await call(`by/${method}`, sent(body, headers));
      const said = `${method} ${JSON.stringify(headers)}: ${answer.text}`;
      assert.equal(answer.status, status, said);
      assert.doesNotMatch(answer.text, new RegExp(secret));
      if (status !== 200) continue;
      const {
        kind,
        method: seen,
        route: pattern,
        params,
        headers: shown,
        raw_string: raw,
      } = answer.json;
      assert.deepEqual([kind, seen, pattern, params], ['http', 'post', `/by/${method}`, {}]);
      assert.equal(raw, JSON.stringify(body));
      assert.equal(shown.authorization, undefined);
      assert.equal(shown['x-api-key'], undefined);
    }
    const jobs: any[] = await must('jobs.list', { scriptPathExact: 'f/team/event' });
    assert.equal(jobs.length, 3, 'a refused request starts nothing');
    for (const { id } of jobs) {
      assert.doesNotMatch(JSON.stringify(await must('jobs.get', { id })), new RegExp(secret));
    }
    assert.doesNotMatch(server.logLines.join('\n'), new RegExp(secret));
    const audit: any[] = await must('audit.list', {});
    const refused = audit.filter(
      ({ surface, outcome }) => surface === 'http' && outcome === 'refused',
    );
    assert.equal(refused.length, 6);
    assert.ok(refused.every(({ target }) => target === 'scripts/f/team/event'));
  });

  it('ask Windmill tokens for the right to read the route and to run the script', async () => {
    await route('f/team/members', { routePath: 'members', authenticationMethod: 'windmill' });
    const statuses: [who: string, status: number][] = [
      ['admin', 200],
      ['dev', 200],
      ['operator', 200],
      ['stranger', 404],
    ];
    for (const [who, status] of statuses) {
      const answer = await call('members', { ...sent({}), token: tokens[who] ?? '' });
      assert.equal(answer.status, status, `${who}: ${answer.text}`);
    }
    assert.equal((await call('members', sent({}))).status, 401);
    const scoped = await server.tokenWith(['jobs:run:scripts:f/team/echo']);
    assert.equal((await call('members', { ...sent({}), token: scoped })).status, 403);
    const both = await server.tokenWith(['jobs:run:scripts:f/team/echo', 'http_triggers:read']);
    assert.equal((await call('members', { ...sent({}), token: both })).status, 200);
  });

  it('are published by admins; by others below the workspace, with what they may run', async () => {
    const dev = tokens['dev'] ?? '';
    const own = { path: 'u/dev/own', routePath: 'own', httpMethod: 'post', workspacedRoute: true };
    const base = { ...own, scriptPath: 'f/team/echo', authenticationMethod: 'none' };
    const refused: [more: object, token: string, status: number, words: RegExp][] = [
      [{ workspacedRoute: false }, dev, 403, /Only admins publish/],
      [{ scriptPath: 'f/vault/x' }, dev, 404, /f\/vault\/x/],
      [{ path: 'f/vault/own' }, dev, 404, /not found/],
      [{}, tokens['operator'] ?? '', 403, /Operators/],
      [{ authenticationMethod: 'api_key' }, dev, 400, /needs a resource/],
      [
        { authenticationMethod: 'api_key', authenticationResourcePath: 'f/vault/key' },
        dev,
        404,
        /f\/vault\/key/,
      ],
      [{ routePath: '/own' }, dev, 400, /route/],
      [{ routePath: 'a/../b' }, dev, 400, /route/],
      [{ httpMethod: 'head' }, dev, 400, /httpMethod/],
      [{ unknown: 1 }, dev, 400, /unknown/],
    ];
    for (const [more, token, status, words] of refused) {
      const answer = await server.op('httpTriggers.create', { ...base, ...more }, token);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(JSON.stringify(answer.body), words);
    }
    await must('httpTriggers.create', base, dev);
    assert.equal((await call('own', sent({}))).status, 404);
    assert.equal((await call('test/own', sent({}))).json.as, 'u/dev');
    const moved = { path: 'u/dev/own', workspacedRoute: false };
    assert.equal((await server.op('httpTriggers.update', moved, dev)).status, 403);
    // An admin's change makes it run as the admin.
    await must('httpTriggers.update', { path: 'u/dev/own', summary: 'x' });
    assert.equal((await call('test/own', sent({}))).json.as, 'u/owner');
    assert.equal(
      (await server.op('httpTriggers.get', { path: 'u/dev/own' }, tokens['stranger'])).status,
      404,
    );
  });

  it('do not take each other’s addresses; the better fit answers', async () => {
    await route('f/team/any', { routePath: 'files/*rest', scriptPath: 'f/team/event' });
    await route('f/team/one', { routePath: 'files/one' });
    const clash = {
      path: 'f/team/clash',
      httpMethod: 'post',
      scriptPath: 'f/team/echo',
      authenticationMethod: 'none',
    };
    for (const routePath of ['files/*other', 'files/one', 'users/:other']) {
      const answer = await server.op('httpTriggers.create', { ...clash, routePath });
      assert.equal(answer.status, 409, JSON.stringify(answer.body));
      const asked = { routePath, httpMethod: 'post', workspacedRoute: false };
      assert.equal(await must('httpTriggers.routeExists', asked), true);
    }
    const mine = { routePath: 'files/one', httpMethod: 'post', triggerPath: 'f/team/one' };
    assert.equal(await must('httpTriggers.routeExists', mine), false);
    assert.equal((await call('files/one', sent({}))).json.as, 'u/owner');
    assert.deepEqual((await call('files/a/b', sent({}))).json.params, { rest: 'a/b' });
    await must('httpTriggers.setEnabled', { path: 'f/team/one', enabled: false });
    assert.deepEqual((await call('files/one', sent({}))).json.params, { rest: 'one' });
    await must('httpTriggers.delete', { path: 'f/team/any' });
    assert.equal((await call('files/one', sent({}))).status, 404);
  });

  it('refuse hostile requests', async () => {
    const paths = [
      'users/%2e%2e',
      'users/a%2Fb',
      'users/%00',
      'users//',
      'users/%zz',
      'users/..%5Cx',
    ];
    for (const path of paths) {
      const { status, text } = await call(path, sent({}));
      assert.ok([400, 404].includes(status), `${path}: ${status} ${text}`);
    }
    assert.equal((await call('users/7', { method: 'DELETE' })).status, 404);
    const bad = { body: '{"a":', headers: { 'content-type': 'application/json' } };
    assert.equal((await call('users/7', bad)).status, 400);
    const upload = new FormData();
    upload.set('a', 'b');
    const later = { routePath: 'signed', authenticationMethod: 'custom_script' };
    await route('f/team/signed', later);
    assert.equal((await call('signed', { body: upload })).status, 415);
    await must('variables.create', { path: 'f/team/loot', value: secret, isSecret: true });
    for (const body of [
      { a: '$var:f/team/loot' },
      { a: { deep: ['$var:f/team/loot'] } },
      { a: '$res:f/team/key' },
      { _ENTRYPOINT_OVERRIDE: 'preprocessor' },
    ]) {
      const refused = await call('users/7', sent(body));
      assert.deepEqual([refused.status, refused.text.includes(secret)], [400, false], refused.text);
    }
    for (const [path, header] of [
      ['users/7?b=%24var:f/team/loot', 'x'],
      ['users/7', '$var:f/team/loot'],
    ] as const) {
      const body = sent({ a: 1 });
      const headers = { ...body.headers, 'x-said': header };
      const refused = await call(path, { ...body, headers });
      assert.deepEqual([refused.status, refused.text.includes(secret)], [400, false], refused.text);
    }
    assert.equal((await call('users/7', sent({ a: 'costs $var: 5' }))).status, 200);
    const large = sent({ a: 'x'.repeat(21 * 1024 * 1024) });
    assert.equal((await call('users/7', large)).status, 413);
  });

  it('say on the wire what Windmill says, and refuse what is not built', async () => {
    const w = `/api/w/${server.workspace}/http_triggers`;
    const send = async (path: string, body?: unknown, method = body ? 'POST' : 'GET') => {
      const answer = await server.fetch(`${w}/${path}`, {
        method,
        ...(body ? sent(body) : {}),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const body = {
      path: 'f/team/wire',
      script_path: 'f/team/echo',
      is_flow: false,
      route_path: 'wire/:x',
      http_method: 'post',
      request_type: 'async',
      authentication_method: 'none',
      is_static_website: false,
      workspaced_route: false,
      wrap_body: false,
      raw_string: false,
      mode: 'enabled',
    };
    for (const more of [
      { static_asset_config: { s3: 'x', filename: 'y' } },
      { mode: 'suspended' },
    ]) {
      assert.equal((await send('create', { ...body, ...more })).status, 501, JSON.stringify(more));
    }
    const many = (...paths: string[]) =>
      paths.map((name) => ({ ...body, path: `f/team/${name}`, route_path: `many/${name}` }));
    const all = await send('create_many', [...many('m1', 'm2'), { ...body, path: 'f/team/any' }]);
    assert.deepEqual([all.status, (await send('exists/f/team/m1')).text], [201, 'true']);
    const taken = await send('create_many', [...many('m3'), ...many('m1')]);
    assert.deepEqual([taken.status, /Route 2 of the list/.test(taken.text)], [409, true]);
    assert.equal((await send('exists/f/team/m3')).text, 'false');
    assert.equal((await send('create_many', { path: 'f/team/x' })).status, 400);
    assert.equal((await send('delete/f/team/any', undefined, 'DELETE')).status, 200);
    assert.equal((await send('create', body)).status, 201);
    const { edited_at: editedAt, ...got } = JSON.parse((await send('get/f/team/wire')).text);
    assert.match(editedAt, /^\d{4}-/);
    assert.deepEqual(got, {
      ...body,
      workspace_id: 'test',
      extra_perms: {},
      permissioned_as: 'u/owner',
      email: 'owner@example.com',
      is_draft: false,
      edited_by: 'owner',
    });
    assert.equal((await send('setmode/f/team/wire', { mode: 'disabled' })).status, 200);
    assert.equal((await call('wire/1', sent({}))).status, 404);
    assert.equal((await send('exists/f/team/wire')).text, 'true');
    const exists = { route_path: 'wire/:y', http_method: 'post' };
    assert.equal((await send('route_exists', exists)).text, 'true');
    assert.equal(JSON.parse((await send('list?path=f/team/echo')).text).length > 0, true);
    const cron = { schedule: '0 0 0 1 1 *', timezone: 'UTC' };
    await must('schedules.create', { path: 'f/team/echo', scriptPath: 'f/team/echo', ...cron });
    const counts = await send('../scripts/get_triggers_count/f/team/echo');
    const { primary_schedule: primary, schedule_count: schedules } = JSON.parse(counts.text);
    assert.deepEqual([primary.schedule, schedules], ['0 0 0 1 1 *', 1]);
    assert.ok(JSON.parse(counts.text).http_routes_count > 1);
    assert.equal((await send('delete/f/team/wire', undefined, 'DELETE')).status, 200);
    assert.equal((await send('get/f/team/wire')).status, 404);
  });
});
