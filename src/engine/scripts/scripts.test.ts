// Scripts through the public REST of a whole server: versions, lineage, lists, permissions.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const hello = 'export async function main(name: string = "x") { return "hi " + name; }';

describe('scripts', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await server.op('folders.create', { name: 'team' });
  });
  after(() => server.stop());

  const create = (input: Record<string, unknown>, token?: string) =>
    server.op('scripts.create', { language: 'bun', content: hello, ...input }, token);

  it('deploys, lists and runs at once', async () => {
    const made = await create({ path: 'f/team/first', summary: 'First' });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    assert.match(made.body.hash, /^[0-9a-f]{16}$/);
    const list = await server.op('scripts.list', {});
    assert.ok(list.body.some((row: { path: string }) => row.path === 'f/team/first'));
    assert.ok(!list.body.some((row: object) => 'content' in row), 'lists carry no source');
    const run = await server.op('jobs.runWait', { path: 'f/team/first', args: { name: 'you' } });
    assert.deepEqual([run.body.success, run.body.result], [true, 'hi you']);
  });

  it('infers the schema, and keeps the one that it is given', async () => {
    await create({ path: 'f/team/inferred' });
    const inferred = await server.op('scripts.get', { path: 'f/team/inferred' });
    assert.equal(inferred.body.schema.properties.name.type, 'string');
    assert.deepEqual(inferred.body.schema.required, []);
    const schema = { type: 'object', properties: { name: { type: 'string', minLength: 3 } } };
    await create({ path: 'f/team/given', schema });
    const given = await server.op('scripts.get', { path: 'f/team/given' });
    assert.deepEqual(given.body.schema, schema);
  });

  it('keeps a linear lineage', async () => {
    const path = 'f/team/lineage';
    const first = await create({ path });
    const blind = await create({ path, content: `${hello} // 2` });
    assert.equal(blind.status, 409);
    assert.match(blind.body.error.message, /linear/);
    assert.match(blind.body.error.hint, new RegExp(first.body.hash));
    const second = await create({
      path,
      content: `${hello} // 2`,
      parentHash: first.body.hash,
      deploymentMessage: 'better',
    });
    assert.equal(second.status, 200);
    const stale = await create({ path, content: `${hello} // 3`, parentHash: first.body.hash });
    assert.equal(stale.status, 409);
    const history = await server.op('scripts.history', { path });
    assert.deepEqual(
      history.body.map((row: { scriptHash: string }) => row.scriptHash),
      [second.body.hash, first.body.hash],
    );
    const old = await server.op('jobs.runWaitByHash', { hash: first.body.hash });
    assert.equal(old.body.result, 'hi x', 'an archived version stays runnable by hash');
  });

  it('lets one of two deploys on the same parent win', async () => {
    const path = 'f/team/race';
    const first = await create({ path });
    const both = await Promise.all(
      [1, 2].map((n) => create({ path, content: `${hello} // ${n}`, parentHash: first.body.hash })),
    );
    assert.deepEqual(
      both.map((answer) => answer.status).toSorted((a, b) => a - b),
      [200, 409],
    );
    const history = await server.op('scripts.history', { path });
    assert.equal(history.body.length, 2);
  });

  it('moves a script only for those who may change it where it is', async () => {
    const email = 'mover@example.com';
    await server.op('users.create', { email, password: 'a long enough password' });
    await server.op('members.add', { email, username: 'mover', role: 'developer' });
    const login = await server.op('session.login', { email, password: 'a long enough password' });
    await server.op('folders.create', { name: 'shown', extraPerms: { 'u/mover': false } });
    await server.op('folders.create', { name: 'hidden' });
    const rows: [path: string, status: number][] = [
      ['f/shown/here', 403],
      ['f/hidden/here', 400],
    ];
    for (const [path, status] of rows) {
      const made = await create({ path });
      const stolen = { path: `u/mover/${path.split('/')[1]}`, parentHash: made.body.hash };
      const answer = await create(stolen, login.body.token);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.ok(!JSON.stringify(answer.body).includes('f/hidden'), 'a hidden path stays hidden');
      assert.equal((await server.op('scripts.exists', { path })).body, true, `${path} stays`);
      const moved = await create({ path: `${path}_moved`, parentHash: made.body.hash });
      assert.equal(moved.status, 200);
      assert.equal((await server.op('scripts.exists', { path })).body, false);
    }
  });

  it('notices that nothing changed', async () => {
    const path = 'f/team/noop';
    const first = await create({ path, summary: 'same' });
    const again = await create({ path, summary: 'same', autoParent: true, skipIfNoop: true });
    assert.deepEqual([again.body.hash, again.body.created], [first.body.hash, false]);
    const changed = await create({ path, summary: 'new', autoParent: true, skipIfNoop: true });
    assert.equal(changed.body.created, true);
  });

  it('archives and deletes', async () => {
    const path = 'f/team/gone';
    await create({ path });
    await server.op('scripts.archive', { path });
    assert.equal((await server.op('scripts.exists', { path })).body, false);
    assert.equal((await server.op('jobs.runWait', { path })).status, 404);
    const back = await create({ path });
    assert.equal(back.status, 200, 'an archived path may be deployed again');
    assert.equal((await server.op('scripts.delete', { path })).status, 200);
    assert.equal((await server.op('scripts.get', { path })).status, 404);
  });

  it('refuses what is no path, and says what is', async () => {
    const bad = [
      'x/a/b',
      'f/team',
      'f/team/../etc',
      'f//x',
      'f/team/a\\b',
      'f/team/a%2fb',
      '/f/t/x',
    ];
    for (const path of bad) {
      const answer = await create({ path });
      assert.equal(answer.status, 400, path);
      assert.match(answer.body.error.message, /path/, path);
    }
  });

  it('says where code does not parse, and which import does not resolve', async () => {
    const broken = await create({ path: 'f/team/broken', content: 'export function main( {' });
    assert.equal(broken.status, 422);
    assert.match(broken.body.error.message, /1:\d+|line 1/);
    const lost = await create({
      path: 'f/team/lost',
      content: 'import x from "./not-there"; export const main = () => x;',
    });
    assert.equal(lost.status, 422);
    assert.match(lost.body.error.message, /not-there/);
    assert.equal((await server.op('scripts.exists', { path: 'f/team/lost' })).body, false);
  });

  it('shows people only what they may read', async () => {
    const people = await Promise.all(
      ['dev', 'reader', 'stranger'].map(async (username) => {
        const email = `${username}@example.com`;
        await server.op('users.create', { email, password: 'a long enough password' });
        await server.op('members.add', { email, username, role: 'developer' });
        const login = await server.op('session.login', {
          email,
          password: 'a long enough password',
        });
        return [username, login.body.token] as const;
      }),
    );
    const token = Object.fromEntries(people);
    await server.op('folders.create', { name: 'secret', extraPerms: { 'u/reader': false } });
    await create({ path: 'f/secret/plan' });
    await create({ path: 'u/dev/mine', extraPerms: { 'u/reader': false } }, token['dev']);

    const rows: [who: string, path: string, read: number, write: number][] = [
      ['dev', 'f/secret/plan', 404, 404],
      ['dev', 'u/dev/mine', 200, 200],
      ['reader', 'f/secret/plan', 200, 403],
      ['reader', 'u/dev/mine', 200, 403],
      ['stranger', 'f/secret/plan', 404, 404],
      ['stranger', 'u/dev/mine', 404, 404],
    ];
    for (const [who, path, read, write] of rows) {
      const got = await server.op('scripts.get', { path }, token[who]);
      assert.equal(got.status, read, `${who} reads ${path}`);
      const run = await server.op('jobs.run', { path }, token[who]);
      assert.equal(run.status, read, `${who} runs ${path}`);
      const changed = await create({ path, autoParent: true, content: `${hello} //` }, token[who]);
      assert.equal(changed.status, write, `${who} writes ${path}`);
      const list = await server.op('scripts.list', { perPage: 100 }, token[who]);
      const listed = list.body.some((row: { path: string }) => row.path === path);
      assert.equal(listed, read === 200, `${who} lists ${path}`);
      if (read === 404) assert.ok(!JSON.stringify(got.body).includes('hi '), 'no source leaks');
    }
    const absent = await server.op('scripts.get', { path: 'f/secret/nope' }, token['stranger']);
    const hidden = await server.op('scripts.get', { path: 'f/secret/plan' }, token['stranger']);
    assert.equal(
      JSON.stringify(hidden.body).replaceAll('plan', 'nope'),
      JSON.stringify(absent.body),
      'what one may not see looks like what is not there',
    );
  });
});
