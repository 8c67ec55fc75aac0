// A service out of a YAML file: the example of the documentation, called through the whole
// pipeline; mistakes by line and column; hostile files; saving counts from the next call on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Answer, type Asked, type StandIn, startStandIn } from '../kit/stand-in.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const page = readFileSync(new URL('../../docs/how-to/extensions.md', import.meta.url), 'utf8');
const example = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '';

const customer = (id: number) => ({
  id,
  name: 'Carla Kanarienvogel',
  address: { city: 'Berlin' },
  owner: { name: 'Ann Lee' },
  secret: 'never picked',
  filler: 'x'.repeat(100),
});

function crm({ method, path, query }: Asked): Answer {
  const [, , , what, id, notes] = path.split('/');
  if (what !== 'customers') return [404, { error: 'no such thing' }];
  if (method === 'POST' && notes === 'notes') return [201, { id: 7, created_at: 'now', x: 1 }];
  if (method === 'DELETE') return [204];
  if (id !== undefined) return [200, customer(Number(id))];
  const count = Number(query.get('per_page'));
  const customers = Array.from({ length: count }, (_, at) => customer(at));
  return [200, { data: { customers }, paging: { next: 'c2' } }];
}

describe('extensions', () => {
  let server: TestServer;
  let upstream: StandIn;
  let file: string;
  let model: Model;

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 800)}`);
    return body;
  }
  const actionsOf = async (tool: string): Promise<string[]> =>
    (await model.list()).find(({ name }: { name: string }) => name === tool)?.inputSchema.properties
      .action.enum ?? [];
  const problemsOf = async (source: string): Promise<any[]> =>
    (await ok('extensions.validate', { source })).problems;

  before(async () => {
    upstream = await startStandIn(crm);
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    file = example.replace('https://crm.example.com', upstream.origin);
    model = modelAt(server, await server.tokenWith(['services:crm:read', 'services:crm:write']));
  });
  after(async () => {
    await server?.stop();
    await upstream?.stop();
  });

  test('the example of the documentation is right, and becomes two tools', async () => {
    const seen = await ok('extensions.validate', { source: file });
    assert.deepEqual(seen.problems, []);
    assert.deepEqual(
      seen.actions.map((one: { name: string; class: string }) => [one.name, one.class]),
      [
        ['search_customers', 'read'],
        ['get_customer', 'read'],
        ['add_note', 'write'],
        ['delete_customer', 'high_risk'],
      ],
    );
    assert.deepEqual(await model.list(), []);
    const made = await ok('extensions.set', { source: file });
    assert.deepEqual([made.name, made.added.length, made.removed], ['crm', 4, []]);
    assert.deepEqual(await actionsOf('crm_read_actions'), ['search_customers', 'get_customer']);
    assert.deepEqual(await actionsOf('crm_write_actions'), ['add_note']);
    assert.equal((await ok('extensions.get', { name: 'crm' })).source, file);
  });

  test('a person’s own key goes along; what is picked comes back, with tokens', async () => {
    const find = { action: 'search_customers', query: 'Berlin & more', limit: 2 };
    const without = await model.call('crm_read_actions', find);
    assert.equal(without.structuredContent.error.details.reason_code, 'auth_required');
    assert.match(without.structuredContent.error.hint, /Ask Ann/);
    assert.equal(upstream.asked.length, 0);
    await ok('credentials.set', { service: 'crm', secret: 'crm-key' });
    const { structuredContent: found } = await model.call('crm_read_actions', find);
    const [one] = upstream.asked;
    assert.equal(one?.line, 'GET /api/v2/customers?q=Berlin+%26+more&per_page=2');
    assert.deepEqual(
      [one?.headers['x-api-key'], one?.headers['accept-language']],
      ['crm-key', 'en'],
    );
    assert.equal(found.next, 'c2');
    assert.equal(found.customers.length, 2);
    assert.deepEqual(Object.keys(found.customers[0]), ['id', 'name', 'city', 'owner']);
    assert.match(found.customers[0].name, /^⟦NAME_/);
    assert.match(found.customers[0].owner, /^⟦NAME_/);
  });

  test('a change carries the values, and its body is what the file says', async () => {
    const read = await model.call('crm_read_actions', { action: 'get_customer', customer_id: '1' });
    const token = read.structuredContent.name as string;
    const note = { action: 'add_note', customer_id: 'a/../b c', text: `for ${token}` };
    const refused = await model.call('crm_write_actions', note);
    assert.equal(refused.structuredContent.error.details.reason_code, 'invalid_params');
    const done = await model.call('crm_write_actions', { ...note, customer_id: 'a b' });
    assert.deepEqual(done.structuredContent, { id: 7, created_at: 'now' });
    const sent = upstream.asked.at(-1);
    assert.equal(sent?.line, 'POST /api/v2/customers/a%20b/notes');
    const body = { note: { text: 'for Carla Kanarienvogel' }, source: 'assistant' };
    assert.deepEqual(sent?.body, body);
  });

  test('limits, checks and gates hold as for any other service', async () => {
    const input = { service: 'crm', action: 'search_customers' };
    const { value } = await ok('services.read', { ...input, params: { query: 'x', limit: 100 } });
    assert.deepEqual([value.customers.length, value.truncated, value.total], [50, true, 100]);
    const many = upstream.asked.length;
    for (const params of [{}, { query: 1 }, { query: 'x', status: 'open' }, { query: 'x', y: 1 }]) {
      const { body } = await server.op('services.read', { ...input, params });
      assert.equal(body.error.details.reason_code, 'invalid_params', JSON.stringify(params));
    }
    const gone = { service: 'crm', action: 'delete_customer', params: { customer_id: '1' } };
    const { body } = await server.op('services.write', gone);
    assert.equal(body.error.details.reason_code, 'high_risk_not_enabled');
    assert.equal(upstream.asked.length, many);
  });

  test('saving counts at once and says what changed; a bad file leaves the last good', async () => {
    const more = file
      .replace('name: get_customer', 'name: read_customer')
      .replace('description: Write a note to a customer.', '$&\n    class: high_risk');
    const changed = await ok('extensions.set', { source: more });
    assert.deepEqual(changed, {
      name: 'crm',
      added: ['read_customer'],
      removed: ['get_customer'],
      changed: ['add_note'],
      classes: [{ action: 'add_note', from: 'write', to: 'high_risk' }],
    });
    assert.deepEqual(await actionsOf('crm_read_actions'), ['search_customers', 'read_customer']);
    const bad = more.replace('method: GET, path: "/customers/{customer_id}"', 'method: FETCH');
    const { status, body } = await server.op('extensions.set', { source: bad });
    assert.equal(status, 400);
    const line = bad.split('\n').findIndex((text) => text.includes('FETCH')) + 1;
    assert.equal(body.error.details.problems[0].line, line);
    assert.match(
      body.error.message,
      new RegExp(`line ${line}, column \\d+ \\(actions\\.1\\.request`),
    );
    assert.deepEqual(await actionsOf('crm_read_actions'), ['search_customers', 'read_customer']);
    const [listed] = await ok('extensions.list');
    assert.deepEqual([listed.name, listed.actions, listed.problems], ['crm', 4, []]);
  });

  test('every mistake is told by line and column', async () => {
    const mistakes: [from: string, to: string, at: string, message: RegExp][] = [
      ['name: crm', 'name: Our CRM', 'name', /is no name of a service/],
      ['https:', 'ftp:', 'address', /no http or https address/],
      ['title: Our CRM', 'titel: Our CRM', '', /Unrecognized key/],
      ['headers: {', 'headers: { host: x,', 'headers.host', /not for a file/],
      ['"{query}"', '"{word}"', 'actions.0.request.query.q', /\{word\} is no parameter/],
      ['enum: [active, closed]', 'enum: []', 'actions.0.input.status.enum', /./],
      ['path: /customers\n', 'path: /../admin\n', 'actions.0.request.path', /leads elsewhere/],
      ['path: /customers\n', 'path: //evil.example\n', 'actions.0.request.path', /./],
      ['path: /customers\n', 'path: /customers?x=1\n', 'actions.0.request.path', /no \?, #/],
      ['method: POST', 'method: GET', 'actions.2.request', /a GET has no body/],
      ['restore_in: [text]', 'restore_in: [word]', 'actions.2.restore_in.0', /no parameter/],
      ['name: get_customer', 'name: add_note', 'actions.2.name', /another action/],
      ['tags: "{tags}"', 'tags: []', 'actions.2.input.tags', /goes nowhere/],
      ['query: { description', 'action: { description', 'actions.0.input.action', /already/],
      ['customer_id: { required: true }', 'customer_id: {}', 'actions.1.input.customer_id', /path/],
    ];
    for (const [from, to, at, message] of mistakes) {
      assert.ok(example.includes(from), from);
      const source = example.replace(from, to);
      const found = (await problemsOf(source)).find((one) => one.path === at);
      assert.ok(found, `${to}: ${JSON.stringify(await problemsOf(source))}`);
      assert.match(found.message, message);
      const earlier = example.slice(0, example.indexOf(from)).split('\n').length;
      assert.ok(Math.abs(found.line - earlier) <= 6 && found.column >= 1, `${to}: ${found.line}`);
    }
    const aliased = await problemsOf(`${example}\nother: &a [1]\nmore: *a\n`);
    assert.equal(aliased[0].line, example.split('\n').length + 1);
  });

  test('no header of the connection or the body is given by a file, nor takes a key', async () => {
    const names = ['host', 'connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer'];
    names.push('upgrade', 'expect', 'accept-encoding', 'content-length', 'proxy-authorization');
    for (const name of names) {
      const given = await problemsOf(example.replace('headers: {', `headers: { ${name}: x,`));
      assert.deepEqual(
        given.map((one) => one.path),
        [`headers.${name}`],
      );
      const header = name.replace('h', 'H');
      const auth = { kind: 'key', header };
      const keyed = await problemsOf(
        example.replace(/^auth: .*$/m, `auth: ${JSON.stringify(auth)}`),
      );
      assert.deepEqual(
        keyed.map((one) => one.path),
        ['auth.header'],
        header,
      );
      const said = { name: 'other', address: 'http://127.0.0.1:9/mcp', auth };
      assert.equal((await server.op('upstreams.register', said)).status, 400, header);
    }
    for (const name of ['authorization', 'cookie']) {
      const given = await problemsOf(example.replace('headers: {', `headers: { ${name}: x,`));
      assert.deepEqual(
        given.map((one) => one.path),
        [`headers.${name}`],
      );
    }
  });

  test('a hostile file is refused, and costs nothing', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 12; at += 1) bomb.push(`b${at}: &b${at} [${'*a, '.repeat(9)}]`);
    const files = [
      bomb.join('\n'),
      `${example}\nname: twice\n`,
      `${example}\n<<: { name: x }\n`,
      'name: !!js/function "x"',
      'name: !!binary "AAAA"',
      '%YAML 1.1\n---\nname: x',
      `${example}\n---\nname: other\n`,
      '{'.repeat(50_000),
      `${'- '.repeat(20_000)}x`,
      '__proto__: { name: x }',
      'name: "\0"',
      '\u0000',
      '- 1',
      'null',
      '"name"',
      `name: ${'x'.repeat(60_000)}`,
    ];
    for (const source of files) {
      assert.ok((await problemsOf(source)).length > 0, source.slice(0, 80));
      assert.equal((await server.op('extensions.set', { source })).status, 400);
    }
    const huge = await server.op('extensions.set', { source: 'x'.repeat(70_000) });
    assert.equal(huge.status, 400);
    assert.deepEqual(await actionsOf('crm_read_actions'), ['search_customers', 'read_customer']);
  });

  test('only admins bring one, and no name is taken twice', async () => {
    const who = { email: 'ann@example.com', password: 'correct horse battery' };
    await ok('users.create', who);
    await ok('members.add', { email: who.email, username: 'ann', role: 'developer' });
    const ann = (await server.op('session.login', who, '')).body.token;
    for (const name of ['extensions.list', 'extensions.validate', 'extensions.set']) {
      const { status } = await server.op(name, name.endsWith('list') ? {} : { source: file }, ann);
      assert.equal(status, 403, name);
    }
    const taken = await server.op('extensions.set', { source: file.replace('crm', 'jira') });
    assert.deepEqual([taken.status, taken.body.error.code], [409, 'conflict']);
    const document = JSON.stringify({ openapi: '3.0.0', info: { title: 'x' }, paths: {} });
    const brought = { name: 'crm', document, baseUrl: 'https://x.example', actions: [] };
    assert.equal((await server.op('openapi.import', brought)).status, 409);
    await ok('extensions.remove', { name: 'crm' });
    assert.deepEqual(await model.list(), []);
  });
});
