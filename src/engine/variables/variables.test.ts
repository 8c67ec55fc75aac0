// Variables and secrets through the public REST of a whole server: who may do what, and where a
// secret's value must never appear.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const secret = 'hunter2-and-then-some';

describe('variables', () => {
  let server: TestServer;
  let tokens: Record<string, string>;

  /** A member of the workspace with this role; answers their session. */
  async function member(name: string, role: string): Promise<string> {
    const person = { email: `${name}@example.com`, password: 'correct horse battery' };
    for (const [op, input] of [
      ['users.create', person],
      ['members.add', { email: person.email, username: name, role }],
    ] as const) {
      const made = await server.op(op, input);
      assert.equal(made.status, 200, JSON.stringify(made.body));
    }
    const login = await server.op('session.login', person);
    return login.body.token;
  }

  const w = (path: string) => `/api/w/${server.workspace}/${path}`;
  async function read(path: string, token?: string) {
    const answer = await server.fetch(w(path), token === undefined ? {} : { token });
    return { status: answer.status, text: await answer.text() };
  }

  before(async () => {
    server = await startTestServer();
    tokens = {
      admin: server.token,
      dev: await member('dev', 'developer'),
      reader: await member('reader', 'developer'),
      operator: await member('oper', 'operator'),
      stranger: await member('stranger', 'developer'),
    };
    for (const [op, input] of [
      [
        'folders.create',
        {
          name: 'team',
          extraPerms: { 'u/dev': true, 'u/reader': false, 'u/oper': false },
        },
      ],
      ['variables.create', { path: 'f/team/plain', value: 'blue', description: 'a colour' }],
      ['variables.create', { path: 'f/team/secret', value: secret, isSecret: true }],
    ] as const) {
      const made = await server.op(op, input);
      assert.equal(made.status, 200, `${op}: ${JSON.stringify(made.body)}`);
    }
  });
  after(() => server.stop());

  it('follows the table of who may do what', async () => {
    const at = { path: 'f/team/secret' };
    const rows: [op: string, input: object, statuses: Record<string, number>][] = [
      ['variables.get', at, { admin: 200, dev: 200, reader: 200, operator: 200, stranger: 404 }],
      [
        'variables.getValue',
        at,
        { admin: 200, dev: 200, reader: 200, operator: 403, stranger: 404 },
      ],
      ['variables.exists', at, { admin: 200, dev: 200, reader: 200, operator: 200, stranger: 404 }],
      ['variables.list', {}, { admin: 200, dev: 200, reader: 200, operator: 200, stranger: 200 }],
      [
        'variables.listContextual',
        {},
        { admin: 200, dev: 200, reader: 200, operator: 200, stranger: 200 },
      ],
      [
        'variables.update',
        { ...at, description: 'x' },
        { admin: 200, dev: 200, reader: 403, operator: 403, stranger: 404 },
      ],
      [
        'variables.create',
        { path: 'f/team/secret', value: 'x' },
        { admin: 409, dev: 409, reader: 403, operator: 403, stranger: 404 },
      ],
      [
        'variables.delete',
        { path: 'f/team/nothing' },
        { admin: 404, dev: 404, reader: 403, operator: 403, stranger: 404 },
      ],
      [
        'variables.update',
        { ...at, newPath: 'u/owner/stolen' },
        { dev: 404, reader: 403, operator: 403, stranger: 404 },
      ],
      [
        'variables.rotateKey',
        {},
        { admin: 200, dev: 403, reader: 403, operator: 403, stranger: 403 },
      ],
    ];
    for (const [op, input, statuses] of rows) {
      for (const [who, expected] of Object.entries(statuses)) {
        const answer = await server.op(op, input, tokens[who]);
        assert.equal(answer.status, expected, `${who} ${op}: ${JSON.stringify(answer.body)}`);
        if (op !== 'variables.getValue') {
          assert.doesNotMatch(JSON.stringify(answer.body), /hunter2/, `${who} ${op}`);
        }
      }
    }
  });

  it('shows operators no values at all, and lists to nobody those of secrets', async () => {
    const values = async (token: string | undefined) => {
      const { body } = await server.op('variables.list', { pathStart: 'f/team/' }, token);
      return body.map(({ path, value }: { path: string; value: unknown }) => [path, value]);
    };
    assert.deepEqual(await values(tokens['reader']), [
      ['f/team/plain', 'blue'],
      ['f/team/secret', null],
    ]);
    assert.deepEqual(await values(tokens['operator']), [
      ['f/team/plain', null],
      ['f/team/secret', null],
    ]);
    assert.deepEqual(await values(tokens['stranger']), []);
    // A filter would tell what a list does not show.
    for (const value of ['blue', 'hunter2']) {
      const found = await server.op('variables.list', { value }, tokens['operator']);
      assert.deepEqual(found.body, []);
    }
    const secrets = await server.op('variables.list', { value: 'hunter2' });
    assert.deepEqual(secrets.body, []);
    const operators = await read('variables/get/f/team/secret', tokens['operator']);
    assert.equal(operators.status, 200);
    assert.doesNotMatch(operators.text, /value/);
  });

  it('answers Windmill’s paths in its shapes', async () => {
    const plain = await read('variables/get/f/team/plain');
    assert.deepEqual(JSON.parse(plain.text), {
      workspace_id: 'test',
      path: 'f/team/plain',
      value: 'blue',
      is_secret: false,
      description: 'a colour',
      is_oauth: false,
      is_expired: false,
      is_draft: false,
      extra_perms: {},
    });
    assert.equal(JSON.parse((await read('variables/get/f/team/secret')).text).value, secret);
    const hidden = await read('variables/get/f/team/secret?decrypt_secret=false');
    assert.equal(JSON.parse(hidden.text).value, undefined);
    assert.equal((await read('variables/get_value/f/team/secret')).text, JSON.stringify(secret));
    assert.equal((await read('variables/exists/f/team/none')).text, 'false');
    assert.equal((await read('variables/get_value/f/team/none')).status, 404);
    const contextual = JSON.parse((await read('variables/list_contextual')).text);
    assert.deepEqual(contextual[0], {
      name: 'WM_WORKSPACE',
      value: 'test',
      description: 'Workspace of the job',
      is_custom: false,
    });
  });

  it('lists as contextual what a job really gets', async () => {
    const content = `export const main = () =>
      Object.keys(process.env).filter((name) => /^(WM_|BASE_)/.test(name)).sort()`;
    const run = await server.op('jobs.previewWait', { content, language: 'bun' });
    const { body } = await server.op('variables.listContextual');
    assert.deepEqual(body.map(({ name }: { name: string }) => name).toSorted(), run.body.result);
  });

  it('creates, changes, moves and deletes by Windmill’s paths', async () => {
    const send = async (path: string, body?: unknown) => {
      const answer = await server.fetch(w(path), {
        method: body === undefined ? 'DELETE' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return [answer.status, await answer.text()];
    };
    const made = { path: 'f/team/new', value: 'one', is_secret: false, description: '' };
    assert.equal((await send('variables/create', made))[0], 201);
    assert.equal((await send('variables/create', made))[0], 409);
    assert.equal((await send('variables/update/f/team/new', { value: 'two' }))[0], 200);
    assert.equal((await read('variables/get_value/f/team/new')).text, '"two"');
    // Plain text may become a secret, a secret no plain text.
    assert.equal((await send('variables/update/f/team/new', { is_secret: true }))[0], 200);
    assert.equal((await send('variables/update/f/team/new', { is_secret: false }))[0], 400);
    assert.equal((await read('variables/get_value/f/team/new')).text, '"two"');
    const moved = await send('variables/update/f/team/new', { path: 'f/team/moved' });
    assert.deepEqual(moved, [200, 'variable f/team/moved updated']);
    assert.equal((await read('variables/get_value/f/team/moved')).text, '"two"');
    const there = await send('variables/update/f/team/moved', { path: 'f/team/plain' });
    assert.equal(there[0], 409);
    assert.equal((await send('variables/delete/f/team/moved'))[0], 200);
    assert.equal((await send('variables/delete/f/team/moved'))[0], 404);
  });

  it('moves ciphertext as Windmill’s command line does, and only of this workspace', async () => {
    const path = 'variables/get/f/team/secret?decrypt_secret=false&include_encrypted=true';
    const { value } = JSON.parse((await read(path)).text);
    assert.match(value, /^mr1:/);
    const copy = { path: 'f/team/copy', isSecret: true, alreadyEncrypted: true };
    assert.equal((await server.op('variables.create', { ...copy, value })).status, 200);
    assert.equal((await read('variables/get_value/f/team/copy')).text, JSON.stringify(secret));
    const foreign = await server.op('variables.create', {
      ...copy,
      path: 'f/team/other',
      value: `${value.slice(0, -4)}AAAA`,
    });
    assert.equal(foreign.status, 422);
    const rotated = await server.op('variables.rotateKey');
    assert.deepEqual(rotated.body, { secrets: 2 });
    assert.equal((await read('variables/get_value/f/team/copy')).text, JSON.stringify(secret));
    const old = await server.op('variables.update', { ...copy, value });
    assert.equal(old.status, 422, 'ciphertext of the old key');
  });

  it('forgets what has expired', async () => {
    const made = { path: 'f/team/short', value: 'x', expiresAt: 1 };
    assert.equal((await server.op('variables.create', made)).status, 200);
    assert.equal((await read('variables/get_value/f/team/short')).status, 404);
    assert.equal((await server.op('variables.create', { ...made, expiresAt: null })).status, 200);
    assert.equal((await read('variables/get_value/f/team/short')).text, '"x"');
  });

  it('grants single items by extra_perms', async () => {
    const path = 'f/team/plain';
    const give = (extraPerms: object) => server.op('variables.update', { path, extraPerms });
    await give({ 'u/stranger': false });
    assert.equal(
      (await server.op('variables.getValue', { path }, tokens['stranger'])).body,
      'blue',
    );
    const write = { path, value: 'red' };
    assert.equal((await server.op('variables.update', write, tokens['stranger'])).status, 403);
    await give({ 'u/stranger': true });
    assert.equal((await server.op('variables.update', write, tokens['stranger'])).status, 200);
    await give({});
  });

  it('keeps secrets out of the log, the audit rows, errors and OpenAPI', async () => {
    const bad = await server.op('variables.create', { path: 'x', value: secret, isSecret: true });
    assert.equal(bad.status, 400);
    assert.doesNotMatch(JSON.stringify(bad.body), /hunter2/);
    const audit = await server.op('audit.list', { perPage: 1000 });
    assert.ok(audit.body.some((row: any) => row.operation === 'variables.create'));
    assert.doesNotMatch(JSON.stringify(audit.body), /hunter2/);
    assert.doesNotMatch(server.logLines.join('\n'), /hunter2/);
    const openapi = await server.fetch('/api/openapi.json');
    assert.doesNotMatch(await openapi.text(), /hunter2/);
  });
});
