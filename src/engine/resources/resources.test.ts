// Resources, their types and what they refer to, through the public REST of a whole server: who
// may do what, references, and what a job is given.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const password = 'p4ssw0rd-of-the-database';

describe('resources', () => {
  let server: TestServer;
  let tokens: Record<string, string>;

  async function must(op: string, input: object, token?: string): Promise<any> {
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

  const w = (path: string) => `/api/w/${server.workspace}/${path}`;
  async function read(path: string, token?: string) {
    const answer = await server.fetch(w(path), token === undefined ? {} : { token });
    return { status: answer.status, text: await answer.text() };
  }
  const resource = (path: string, value: unknown, resourceType = 'c_any') =>
    must('resources.create', { path, value, resourceType });
  const interpolated = (path: string, token?: string) =>
    server.op('resources.getValueInterpolated', { path }, token);
  const echo = (args: Record<string, unknown>, token?: string) =>
    server.op('jobs.runWait', { path: 'f/team/echo', args }, token);

  before(async () => {
    server = await startTestServer();
    tokens = {
      admin: server.token,
      dev: await member('dev', 'developer'),
      reader: await member('reader', 'developer'),
      operator: await member('oper', 'operator'),
      stranger: await member('stranger', 'developer'),
    };
    await must('folders.create', {
      name: 'team',
      extraPerms: { 'u/dev': true, 'u/reader': false, 'u/oper': false },
    });
    await must('folders.create', { name: 'vault' });
    await must('variables.create', { path: 'f/team/pw', value: password, isSecret: true });
    await must('variables.create', { path: 'f/vault/pw', value: 'top secret', isSecret: true });
    await resource(
      'f/team/db',
      { host: 'db', port: 5432, password: '$var:f/team/pw' },
      'postgresql',
    );
    await must('scripts.create', {
      path: 'f/team/echo',
      language: 'bun',
      content: `export function main(a: unknown, b: unknown) {
        console.log('given', JSON.stringify(a));
        console.log(typeof a === 'string' ? a : '');
        return { a, b };
      }`,
    });
  });
  after(() => server.stop());

  it('follows the table of who may do what', async () => {
    const at = { path: 'f/team/db' };
    const none = { path: 'f/team/none' };
    type Statuses = [
      admin: number,
      dev: number,
      reader: number,
      operator: number,
      stranger: number,
    ];
    const rows: [op: string, input: object, statuses: Statuses][] = [
      ['resources.get', at, [200, 200, 200, 200, 404]],
      ['resources.getValue', at, [200, 200, 200, 200, 404]],
      ['resources.getValueInterpolated', at, [200, 200, 200, 422, 404]],
      ['resources.exists', at, [200, 200, 200, 200, 404]],
      ['resources.list', {}, [200, 200, 200, 200, 200]],
      ['resources.update', { ...at, description: 'x' }, [200, 200, 403, 403, 404]],
      ['resources.updateValue', { ...none, value: 1 }, [404, 404, 403, 403, 404]],
      ['resources.delete', none, [404, 404, 403, 403, 404]],
      ['resources.create', { ...at, resourceType: 'x' }, [409, 409, 403, 403, 404]],
      ['resources.update', { ...at, newPath: 'f/vault/db' }, [200, 404, 403, 403, 404]],
      ['resourceTypes.list', {}, [200, 200, 200, 200, 200]],
      ['resourceTypes.create', { name: 'postgresql' }, [200, 409, 409, 403, 409]],
      ['resourceTypes.update', { name: 'postgresql' }, [200, 403, 403, 403, 403]],
      ['resourceTypes.delete', { name: 'postgresql' }, [200, 409, 409, 403, 409]],
    ];
    for (const [op, input, statuses] of rows) {
      for (const [index, who] of Object.keys(tokens).entries()) {
        const answer = await server.op(op, input, tokens[who]);
        const said = `${who} ${op}: ${JSON.stringify(answer.body)}`;
        assert.equal(answer.status, statuses[index], said);
        if (op !== 'resources.getValueInterpolated') assert.doesNotMatch(said, /p4ssw0rd/);
        if (op === 'resources.update' && 'newPath' in input && answer.status === 200) {
          await must('resources.update', { path: 'f/vault/db', newPath: 'f/team/db' });
        }
      }
    }
  });

  it('lists what one may read, without values', async () => {
    const list = await must('resources.list', { resourceType: ['postgresql'] }, tokens['reader']);
    assert.deepEqual(
      list.map((row: any) => [row.path, row.resourceType, 'value' in row]),
      [['f/team/db', 'postgresql', false]],
    );
    assert.deepEqual(await must('resources.list', {}, tokens['stranger']), []);
    const found = await must('resources.list', { value: { port: 5432 } });
    assert.deepEqual(
      found.map((row: any) => row.path),
      ['f/team/db'],
    );
    assert.deepEqual(await must('resources.list', { value: { port: 1 } }), []);
  });

  it('answers Windmill’s paths in its shapes', async () => {
    const got = JSON.parse((await read('resources/get/f/team/db')).text);
    assert.equal(typeof got.edited_at, 'string');
    assert.deepEqual(
      { ...got, edited_at: '' },
      {
        workspace_id: 'test',
        path: 'f/team/db',
        resource_type: 'postgresql',
        description: 'x',
        is_oauth: false,
        is_linked: false,
        is_refreshed: false,
        is_draft: false,
        extra_perms: {},
        created_by: 'owner',
        edited_at: '',
        value: { host: 'db', port: 5432, password: '$var:f/team/pw' },
      },
    );
    const value = await read('resources/get_value/f/team/db');
    assert.match(value.text, /\$var:f\/team\/pw/);
    const whole = await read('resources/get_value_interpolated/f/team/db');
    assert.deepEqual(JSON.parse(whole.text), { host: 'db', port: 5432, password });
    assert.equal((await read('resources/get_value_interpolated/f/team/none')).status, 404);
    assert.equal((await read('resources/exists/f/team/db')).text, 'true');
    const filter = Buffer.from('{"host":"db"}').toString('base64');
    assert.equal(JSON.parse((await read(`resources/list?value=${filter}`)).text).length, 1);
    assert.equal((await read('resources/list?value=%7B')).status, 400);
  });

  it('creates, changes, moves and deletes by Windmill’s paths', async () => {
    const send = async (path: string, body?: unknown) => {
      const answer = await server.fetch(w(path), {
        method: body === undefined ? 'DELETE' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return answer.status;
    };
    const made = { path: 'f/team/made', value: { a: 1 }, resource_type: 'c_own' };
    assert.equal(await send('resources/create', made), 201);
    assert.equal(await send('resources/create', made), 409);
    assert.equal(await send('resources/create?update_if_exists=true', { ...made, value: 2 }), 201);
    assert.equal((await read('resources/get_value/f/team/made')).text, '2');
    assert.equal(await send('resources/update_value/f/team/made', { value: null }), 200);
    assert.equal((await read('resources/get_value/f/team/made')).text, 'null');
    assert.equal(await send('resources/update/f/team/made', { path: 'f/team/moved' }), 200);
    assert.equal(await send('resources/update/f/team/moved', { path: 'f/team/db' }), 409);
    assert.equal((await read('resources/exists/f/team/made')).text, 'false');
    assert.equal(await send('resources/delete/f/team/moved'), 200);
    assert.equal(await send('resources/delete/f/team/moved'), 404);
  });

  it('has a starter set of types, which a workspace’s own replace', async () => {
    const names = JSON.parse((await read('resources/type/listnames')).text);
    const starters = 'anthropic github http mcp mysql openai postgresql s3 slack smtp'.split(' ');
    assert.deepEqual(
      names.filter((name: string) => starters.includes(name)),
      starters,
    );
    const pg = JSON.parse((await read('resources/type/get/postgresql')).text);
    assert.deepEqual(pg.schema.required, ['host', 'dbname']);
    await must('resourceTypes.create', { name: 'slack', description: 'ours' }, tokens['dev']);
    assert.equal((await must('resourceTypes.get', { name: 'slack' })).description, 'ours');
    const change = { name: 'slack', description: 'changed' };
    assert.equal((await server.op('resourceTypes.update', change, tokens['reader'])).status, 403);
    await must('resourceTypes.update', change, tokens['dev']);
    await must('resourceTypes.delete', { name: 'slack' });
    assert.equal((await must('resourceTypes.get', { name: 'slack' })).workspaceId, null);
    const file = { name: 'c_ini', formatExtension: 'ini' };
    await must('resourceTypes.create', file);
    const map = await read('resources/file_resource_type_to_file_ext_map');
    assert.deepEqual(JSON.parse(map.text), {
      c_ini: { format_extension: 'ini', is_fileset: false },
    });
  });

  it('resolves references inside references, and nothing that only looks like one', async () => {
    await resource('f/team/app', {
      db: '$res:f/team/db',
      list: ['$var:f/team/pw', 'see $var:f/team/pw', '$5', '$res:', '$WM_TOKEN'],
    });
    const { body } = await interpolated('f/team/app');
    assert.deepEqual(body.db, { host: 'db', port: 5432, password });
    const literal = ['see $var:f/team/pw', '$5', '$res:', '$WM_TOKEN'];
    assert.deepEqual(body.list, [password, ...literal]);
  });

  it('refuses circles, chains without end and floods, each in words', async () => {
    await resource('f/team/a', '$res:f/team/b');
    await resource('f/team/b', { next: ['$res:f/team/a'] });
    await resource('f/team/self', { me: '$res:f/team/self' });
    for (let at = 0; at <= 20; at += 1) await resource(`f/team/n${at}`, `$res:f/team/n${at + 1}`);
    await resource('f/team/flood1', Array(40).fill('$var:f/team/pw'));
    await resource('f/team/flood2', Array(40).fill('$res:f/team/flood1'));
    await resource('f/team/hidden', { pw: '$var:f/vault/pw' });
    await resource('f/team/gone', { pw: '$var:f/vault/nothing' });
    const rows: [path: string, words: RegExp][] = [
      ['a', /circle: f\/team\/a → f\/team\/b → f\/team\/a/],
      ['self', /circle: f\/team\/self → f\/team\/self/],
      ['n0', /more than 16 levels deep/],
      ['flood2', /too large/],
      [
        'hidden',
        /nothing that you may read at \$var:f\/vault\/pw \(in the resource f\/team\/hidden/,
      ],
      [
        'gone',
        /nothing that you may read at \$var:f\/vault\/nothing \(in the resource f\/team\/gone/,
      ],
    ];
    for (const [name, words] of rows) {
      const answer = await interpolated(`f/team/${name}`, tokens['dev']);
      assert.equal(answer.status, 422, name);
      assert.match(JSON.stringify(answer.body), words, name);
      const run = await echo({ a: `$res:f/team/${name}` }, tokens['dev']);
      assert.deepEqual([run.status, run.body.success], [200, false], name);
      assert.equal(run.body.result.error.name, 'ArgumentErr');
      assert.match(run.body.result.error.message, words, name);
    }
  });

  it('gives a job what its arguments refer to, and masks secrets in its log', async () => {
    const run = await echo({
      a: '$var:f/team/pw',
      b: { db: '$res:f/team/db', at: '$WM_WORKSPACE' },
    });
    assert.deepEqual(run.body.result, {
      a: password,
      b: { db: { host: 'db', port: 5432, password }, at: 'test' },
    });
    const { logs } = await must('jobs.logs', { id: run.body.id });
    assert.match(logs, /given "p4s\*\*\*\*\*"\np4s\*\*\*\*\*\n/);
    assert.doesNotMatch(logs, /p4ssw0rd/);
    // What is stored of the job are the references.
    const args = await must('jobs.args', { id: run.body.id });
    assert.equal(args.a, '$var:f/team/pw');
  });

  it('resolves with the rights of who runs: operators too, strangers not', async () => {
    const operators = await echo({ a: '$var:f/team/pw' }, tokens['operator']);
    assert.equal(operators.body.result.a, password);
    await must(
      'scripts.create',
      {
        path: 'u/stranger/echo',
        language: 'bun',
        content: 'export const main = (a: unknown) => a',
      },
      tokens['stranger'],
    );
    const run = { path: 'u/stranger/echo', args: { a: '$var:f/team/pw' } };
    const strangers = await server.op('jobs.runWait', run, tokens['stranger']);
    assert.match(strangers.body.result.error.message, /nothing that you may read/);
    assert.doesNotMatch(server.logLines.join('\n'), /p4ssw0rd/);
  });

  it('keeps the runs of a confined token inside its scopes', async () => {
    const token = (scopes: string[]) => server.tokenWith(scopes, { workspaceId: 'test' });
    const rows: [scopes: string[], given: string, resolved: boolean][] = [
      [['jobs:run'], '$var:f/vault/pw', true],
      [['jobs:run:f/team/*'], '$var:f/team/pw', true],
      [['jobs:run:f/team/*'], '$var:f/vault/pw', false],
      [['jobs:run:scripts:f/team/echo'], '$var:f/team/pw', false],
      [['jobs:run:scripts:f/team/echo', 'variables:read:f/team/*'], '$var:f/team/pw', true],
    ];
    for (const [scopes, given, resolved] of rows) {
      const run = await echo({ a: given }, await token(scopes));
      assert.equal(run.body.success, resolved, `${scopes.join(' ')}: ${JSON.stringify(run.body)}`);
    }
  });
});
