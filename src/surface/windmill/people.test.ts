// Windmill's REST of sessions, tokens, workspaces, scripts, folders, groups and workers on a whole
// server: status, content type, exact text, and what must not be there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

describe('Windmill’s REST', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  interface Answer {
    status: number;
    type: string;
    text: string;
    body: any;
  }

  async function call(
    method: string,
    path: string,
    {
      body,
      token,
      headers = {},
    }: { body?: unknown; token?: string | null; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await server.fetch(`/api/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(token === undefined ? {} : { token }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const parsed: unknown = type.startsWith('application/json') ? JSON.parse(text) : undefined;
    return { status: response.status, type, text, body: parsed };
  }

  const get = (path: string, more = {}) => call('GET', path, more);
  const post = (path: string, body: unknown, more = {}) => call('POST', path, { body, ...more });
  const w = (path: string) => `w/${server.workspace}/${path}`;

  const create = (path: string, content: string, more: Record<string, unknown> = {}) =>
    post(w('scripts/create'), {
      path,
      content,
      language: 'bun',
      summary: '',
      description: '',
      kind: 'script',
      schema: {},
      skip_draft_deletion: true,
      ...more,
    });

  it('logs in with raw text, and out', async () => {
    const login = await post('auth/login', server.owner, { token: null });
    assert.deepEqual([login.status, login.type], [200, 'text/plain; charset=utf-8']);
    assert.match(login.text, /^[A-Za-z0-9_]{20,}$/);
    const whoami = await get('users/whoami', { token: login.text });
    assert.deepEqual(
      [whoami.body.email, whoami.body.super_admin, whoami.body.login_type],
      [server.owner.email, true, 'password'],
    );
    assert.equal((await post('auth/logout', {}, { token: login.text })).status, 200);
    const gone = await get('users/whoami', { token: login.text });
    assert.deepEqual([gone.status, gone.type], [401, 'text/plain; charset=utf-8']);
    const wrong = await post('auth/login', { ...server.owner, password: 'wrong' }, { token: null });
    assert.equal(wrong.status, 401);
    assert.doesNotMatch(wrong.text, /wrong|</);
  });

  it('logs in although an old token is sent along', async () => {
    const login = await post('auth/login', server.owner, { token: 'old' });
    assert.equal(login.status, 200);
  });

  it('makes, lists, changes and revokes tokens', async () => {
    const made = await post('users/tokens/create', { label: 'ci', scopes: ['jobs:run'] });
    assert.deepEqual([made.status, made.type], [201, 'text/plain; charset=utf-8']);
    const prefix = made.text.slice(0, 10);
    const listed = async () =>
      (await get('users/tokens/list?exclude_ephemeral=true')).body.find(
        (row: { token_prefix: string }) => row.token_prefix === prefix,
      );
    const row = await listed();
    assert.deepEqual([row.label, row.scopes, row.read_only], ['ci', ['jobs:run'], false]);
    assert.ok(!('expiration' in row));
    assert.match(row.created_at, /^\d{4}-\d\d-\d\dT.*Z$/);
    await post(`users/tokens/update_label/${prefix}`, { label: 'deploys' });
    await post(`users/tokens/update_scopes/${prefix}`, { scopes: ['scripts:read'] });
    assert.deepEqual(
      [(await listed()).label, (await listed()).scopes],
      ['deploys', ['scripts:read']],
    );
    assert.equal((await call('DELETE', `users/tokens/delete/${prefix}`)).status, 200);
    assert.equal(await listed(), undefined);
    const unknown = await post('users/tokens/create', { scopes: ['mcp:everything'] });
    assert.equal(unknown.status, 400);
    assert.match(unknown.text, /^Bad request: Unknown scope "mcp:everything"/);
  });

  it('answers the MCP token question at REST', async () => {
    const token = await server.tokenWith(['mcp:all']);
    const refused = await get(w('scripts/list'), { token });
    assert.equal(refused.status, 403);
    assert.match(refused.text, /^Permission denied: This token holds only mcp: scopes \(mcp:all\)/);
  });

  it('knows workspaces and members', async () => {
    assert.equal((await post('workspaces/exists', { id: server.workspace })).text, 'true');
    assert.equal((await post('workspaces/exists', { id: 'nope' })).text, 'false');
    const own = await get('workspaces/users');
    assert.equal(own.body.email, server.owner.email);
    assert.deepEqual(Object.keys(own.body.workspaces[0]).toSorted(), [
      'color',
      'disabled',
      'id',
      'is_dev_workspace',
      'name',
      'username',
    ]);
    const made = await post('workspaces/create', { id: 'second', name: 'Second' });
    assert.deepEqual([made.status, made.text], [201, 'Created workspace second']);
    const ids = (await get('workspaces/list')).body.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids.toSorted(), ['second', server.workspace].toSorted());
    const whoami = await get(w('users/whoami'));
    assert.deepEqual(
      [whoami.body.is_admin, whoami.body.operator, Array.isArray(whoami.body.folders_owners)],
      [true, false, true],
    );
    const email = await get(w(`users/username_to_email/${whoami.body.username}`));
    assert.equal(email.text, server.owner.email);
    assert.equal((await get('w/nope/scripts/list', { token: await memberToken() })).status, 403);
  });

  let member: string | undefined;
  /** A token of an operator of the workspace. */
  async function memberToken(): Promise<string> {
    if (member !== undefined) return member;
    const person = { email: 'bob@example.com', password: 'another good one' };
    assert.equal((await post('users/create', { ...person, super_admin: false })).status, 201);
    const added = await post(w('workspaces/add_user'), {
      email: person.email,
      is_admin: false,
      operator: true,
      username: 'bob',
    });
    assert.equal(added.status, 201);
    const login = await post('auth/login', person, { token: null });
    member = login.text;
    return member;
  }

  it('keeps operators from deploying, and says so as text', async () => {
    const token = await memberToken();
    const refused = await post(
      w('scripts/create'),
      { path: 'u/bob/x', content: 'export const main = () => 1', language: 'bun' },
      { token },
    );
    assert.equal(refused.status, 403);
    assert.match(refused.text, /^Permission denied: /);
    await post(w('users/update/bob'), { is_admin: false, operator: false });
    const listed = await get(w('users/list'));
    const bob = listed.body.find(({ username }: { username: string }) => username === 'bob');
    assert.equal(bob.operator, false);
  });

  it('deploys, reads and archives scripts', async () => {
    const content = 'export const main = (n = 1) => n';
    const made = await create('f/examples/one', content);
    assert.deepEqual([made.status, made.type], [201, 'text/plain; charset=utf-8']);
    assert.match(made.text, /^[0-9a-f]{16}$/);
    const script = (await get(w('scripts/get/p/f/examples/one'))).body;
    assert.deepEqual(
      [script.hash, script.path, script.ws_error_handler_muted, script.schema.properties.n.type],
      [made.text, 'f/examples/one', false, 'number'],
    );
    assert.ok(!('envs' in script) && !('workspaceId' in script));
    assert.equal((await get(w(`scripts/get/h/${made.text}`))).body.content, content);
    for (const path of [
      'raw/p/f/examples/one',
      'raw/p/f/examples/one.ts',
      `raw/h/${made.text}.ts`,
    ]) {
      const raw = await get(w(`scripts/${path}`));
      assert.deepEqual([raw.type, raw.text], ['text/plain; charset=utf-8', content], path);
    }
    assert.equal((await get(w('scripts/exists/p/f/examples/one'))).text, 'true');
    const status = await get(w(`scripts/deployment_status/h/${made.text}`));
    assert.equal(typeof status.body.lock, 'string');
    const second = await create('f/examples/one', `${content} + 1`, {
      parent_hash: made.text,
      deployment_message: 'more',
    });
    const history = (await get(w('scripts/history/p/f/examples/one'))).body;
    assert.deepEqual(
      history.map((row: { script_hash: string }) => row.script_hash),
      [second.text, made.text],
    );
    assert.equal(history[0].deployment_msg, 'more');
    const paths = (await get(w('scripts/list_paths'))).body;
    assert.ok(paths.includes('f/examples/one'));
    assert.equal((await post(w('scripts/archive/p/f/examples/one'), undefined)).status, 200);
    assert.equal((await get(w('scripts/exists/p/f/examples/one'))).text, 'false');
    const deleted = await post(w('scripts/delete/p/f/examples/one'), undefined);
    assert.equal(deleted.text, '"f/examples/one"');
  });

  it('says in which line a deployed script does not parse', async () => {
    const made = await create('f/examples/broken', 'export function main( {');
    assert.equal(made.status, 422);
    assert.match(made.text, /line|1:/);
  });

  it('answers the head again when nothing changed', async () => {
    const content = 'export const main = () => 2';
    const first = await create('f/examples/same', content);
    const body = { path: 'f/examples/same', content, language: 'bun', auto_parent: true };
    const again = await post(w('scripts/create?skip_if_noop=true'), body);
    assert.deepEqual([again.status, again.text], [201, first.text]);
  });

  it('counts pages from 0 for the command line, and 0 as 1 for others', async () => {
    for (const name of ['a', 'b', 'c'])
      await create(`f/examples/${name}`, 'export const main = () => 3');
    const page = async (query: string, headers: Record<string, string> = {}) =>
      (await get(w(`scripts/list?per_page=2&${query}`), { headers })).body.map(
        ({ path }: { path: string }) => path,
      );
    const cli = { 'x-windmill-client': 'cli' };
    assert.deepEqual(await page('page=0'), await page('page=1'));
    assert.deepEqual(await page('page=0', cli), await page('page=1'));
    assert.deepEqual(await page('page=1', cli), await page('page=2'));
    assert.equal((await get(w('scripts/list?per_page=x'))).status, 400);
  });

  it('keeps folders and groups', async () => {
    assert.equal(
      (await post(w('folders/create'), { name: 'team', summary: 's' })).text,
      'Created folder team',
    );
    const folder = (await get(w('folders/get/team'))).body;
    assert.deepEqual([folder.name, folder.summary, folder.owners], ['team', 's', ['u/owner']]);
    assert.equal((await get(w('folders/exists/team'))).text, 'true');
    await post(w('folders/update/team'), { summary: 'new' });
    await post(w('folders/addowner/team'), { owner: 'g/all' });
    const changed = (await get(w('folders/get/team'))).body;
    assert.deepEqual([changed.summary, changed.owners.includes('g/all')], ['new', true]);
    await post(w('folders/removeowner/team'), { owner: 'g/all', write: null });
    assert.ok((await get(w('folders/listnames'))).body.includes('team'));
    assert.ok((await get(w('folders/list'))).body.length >= 2);
    assert.equal((await call('DELETE', w('folders/delete/team'))).status, 200);
    assert.equal((await get(w('folders/get/team'))).status, 404);

    assert.equal((await post(w('groups/create'), { name: 'ops', summary: 'o' })).status, 200);
    await post(w('groups/adduser/ops'), { username: 'owner' });
    assert.deepEqual((await get(w('groups/get/ops'))).body.members, ['owner']);
    await post(w('groups/update/ops'), { summary: 'p' });
    assert.equal((await get(w('groups/get/ops'))).body.summary, 'p');
    assert.ok((await get(w('groups/listnames'))).body.includes('ops'));
    assert.ok((await get(w('groups/list'))).body.length >= 2);
    await post(w('groups/removeuser/ops'), { username: 'owner' });
    assert.equal((await call('DELETE', w('groups/delete/ops'))).status, 200);
  });

  it('lists workers, and answers the constants', async () => {
    const [worker] = (await get('workers/list?ping_since=60')).body;
    assert.equal(typeof worker.last_ping, 'number');
    assert.ok(worker.custom_tags.includes('bun'));
    assert.deepEqual((await get('configs/list_worker_groups')).body, [
      { name: worker.worker_group, config: {} },
    ]);
    assert.match((await get('version', { token: null })).text, /^v1\.\d+\.\d+ \(Millrace v/);
    assert.equal((await get('settings/global/automate_username_creation')).text, 'null');
    assert.equal(typeof (await get('jobs/db_clock')).body, 'number');
  });

  it('answers errors as Windmill does, in plain text', async () => {
    const rows: [method: string, path: string, status: number, text: RegExp][] = [
      [
        'GET',
        w('scripts/get/p/f/no/such'),
        404,
        /^Not found: script not found at name f\/no\/such/,
      ],
      ['GET', w('scripts/get/p/nowhere'), 400, /^Bad request: path: .*u\/<user>/],
      ['GET', w('scripts/get/h/xyz'), 400, /^Bad request: hash: 16 hexadecimal digits/],
      ['GET', w('jobs_u/get/not-a-uuid'), 400, /^Bad request: id: /],
      ['GET', w('captures/list'), 404, /^Not found: no such address/],
      ['GET', w('drafts/list'), 501, /^Not built: listDrafts/],
      ['GET', w('scripts/list?order_desc=maybe'), 400, /order_desc is not true or false/],
      ['GET', w('jobs/list?created_after=yesterday'), 400, /created_after is not a time/],
    ];
    for (const [method, path, status, text] of rows) {
      const answer = await call(method, path);
      assert.deepEqual([answer.status, answer.type], [status, 'text/plain; charset=utf-8'], path);
      assert.match(answer.text, text, path);
    }
  });
});
