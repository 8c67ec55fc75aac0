// The trash of a whole server: what is deleted comes back as it was, to those who may write there,
// with what it granted and no more.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { movingClock } from '../../../test/kit/moving-clock.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const password = 'correct horse battery';
const code = { language: 'bun', content: 'export const main = () => 1' };
const value = { modules: [{ id: 'a', value: { type: 'identity' } }] };
const kinds = ['script', 'flow', 'app', 'variable', 'resource'] as const;

describe('the trash', () => {
  const clock = movingClock();
  let server: TestServer;
  const tokens: Record<string, string> = {};

  async function op(name: string, input: object = {}, who = 'admin'): Promise<any> {
    const { status, body } = await server.op(name, input, tokens[who]);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const extraPerms = { 'u/granted': true };
  const appValue = { value: { grid: [], hiddenInlineScripts: [] }, summary: '' };
  const resource = { value: { z: 1, a: [1, 2] }, resourceType: 'any', extraPerms };
  const make: Record<(typeof kinds)[number], (path: string) => Promise<unknown>> = {
    async script(path) {
      await op('scripts.create', { path, ...code, extraPerms });
      await op('scripts.create', { path, ...code, summary: 'two', autoParent: true, extraPerms });
    },
    flow: (path) => op('flows.create', { path, value, extraPerms }),
    async app(path) {
      await op('apps.create', { path, ...appValue, extraPerms });
      await op('apps.update', { path, ...appValue, summary: 'two' });
    },
    variable: (path) =>
      op('variables.create', { path, value: 'hunter2', isSecret: true, extraPerms }),
    resource: (path) => op('resources.create', { path, ...resource }),
  };
  async function fill(path: string): Promise<void> {
    for (const kind of kinds) await make[kind](path);
  }
  const whole = (path: string, who?: string) =>
    Promise.all(kinds.map((kind) => op(`${kind}s.get`, { path }, who)));
  const empty = (path: string) => Promise.all(kinds.map((kind) => op(`${kind}s.delete`, { path })));
  const list = (who?: string, filters: object = {}): Promise<any[]> =>
    op('trash.list', filters, who);

  before(async () => {
    server = await startTestServer({}, { clock });
    tokens['admin'] = server.token;
    for (const [who, role] of [
      ['writer', 'developer'],
      ['reader', 'developer'],
      ['granted', 'developer'],
      ['operator', 'operator'],
      ['outsider', 'developer'],
    ] as const) {
      const email = `${who}@example.com`;
      await op('users.create', { email, password });
      await op('members.add', { email, username: who, role });
      tokens[who] = (await op('session.login', { email, password })).token;
    }
    tokens['readOnly'] = await server.tokenWith(undefined, { readOnly: true });
    tokens['scoped'] = await server.tokenWith(['scripts:read', 'trash:read']);
    const rights = { 'u/writer': true, 'u/reader': false, 'u/operator': false };
    await op('folders.create', { name: 'team', extraPerms: rights });
  });
  after(() => server.stop());

  it('gives back what was there, byte for byte', async () => {
    const path = 'f/team/kept';
    await fill(path);
    const whatWas = await whole(path);
    const history = await op('scripts.history', { path });
    await empty(path);
    for (const kind of kinds) {
      assert.equal((await server.op(`${kind}s.get`, { path })).status, 404, kind);
    }
    const items = await list();
    assert.deepEqual(new Set(items.map((item) => item.kind)), new Set(kinds));
    for (const { id } of items) await op('trash.restore', { id });
    assert.deepEqual(await whole(path), whatWas);
    assert.deepEqual(await op('scripts.history', { path }), history);
    assert.equal(await op('variables.getValue', { path }), 'hunter2');
    assert.equal((await op('jobs.runWait', { path })).result, 1);
    assert.equal((await op('jobs.runFlowWait', { path })).success, true);
    assert.equal((await op('apps.history', { path })).length, 2);
    assert.deepEqual(await list(), []);
    await empty(path);
    await op('trash.empty');
  });

  it('is for whom the item was', async () => {
    const may: [who: string, seen: boolean, get: number, restore: number, purge: number][] = [
      ['reader', true, 403, 403, 403],
      ['operator', true, 403, 403, 403],
      ['outsider', false, 404, 404, 403],
      ['readOnly', true, 403, 403, 403],
      ['scoped', true, 403, 403, 403],
      ['writer', true, 200, 200, 403],
      ['granted', true, 200, 200, 403],
      ['admin', true, 200, 200, 200],
    ];
    for (const kind of kinds) {
      for (const [who, seen, get, restore, purge] of may) {
        const path = `f/team/${kind}_${who}`;
        await make[kind](path);
        await op(`${kind}s.delete`, { path });
        const [item] = await list('admin', { kind });
        assert.equal(item.path, path);
        const said = `${who} ${kind}`;
        const shown = await list(who, { kind });
        assert.equal(
          shown.some(({ id }) => id === item.id),
          seen,
          said,
        );
        const { id } = item;
        const token = tokens[who];
        assert.equal((await server.op('trash.get', { id }, token)).status, get, said);
        const back = await server.op('trash.restore', { id }, token);
        assert.equal(back.status, restore, `${said}: ${JSON.stringify(back.body)}`);
        if (restore === 200) await op(`${kind}s.delete`, { path });
        const [again] = await list('admin', { kind });
        const gone = await server.op('trash.delete', { id: again.id }, token);
        assert.equal(gone.status, purge, said);
        if (purge === 200)
          assert.equal((await server.op('trash.get', { id: again.id })).status, 404);
        assert.equal((await server.op('trash.empty', {}, token)).status, purge, said);
      }
    }
  });

  it('overwrites nothing, and gives no grants of those who are gone', async () => {
    const path = 'f/team/taken';
    await op('trash.empty');
    await fill(path);
    await empty(path);
    const items = await list();
    await fill(path);
    for (const { id, kind } of items) {
      const refused = await server.op('trash.restore', { id });
      assert.equal(refused.status, 409, kind);
      assert.match(refused.body.message ?? JSON.stringify(refused.body), /already/);
    }
    await empty(path);
    await op('members.remove', { username: 'granted' });
    for (const { id } of items) await op('trash.restore', { id });
    for (const item of await whole(path)) {
      assert.equal('u/granted' in item.extraPerms, false);
    }
    const unknown = await server.op('trash.restore', { id: 999_999 });
    assert.equal(unknown.status, 404);
  });

  it('keeps secrets sealed, and readable after a change of the key', async () => {
    const path = 'f/team/secret';
    await op('variables.create', { path, value: 'correct horse', isSecret: true });
    await op('variables.delete', { path });
    const [{ id }] = await list('admin', { kind: 'variable' });
    assert.doesNotMatch(JSON.stringify(await op('trash.get', { id })), /correct horse/);
    await op('variables.rotateKey');
    await op('trash.restore', { id });
    assert.equal(await op('variables.getValue', { path }), 'correct horse');
  });

  it('answers Windmill’s addresses, and is emptied by itself after 30 days', async () => {
    // Sessions end long before the trash does.
    const token = await server.tokenWith(undefined);
    tokens['admin'] = token;
    const get = async (path: string, method = 'GET') => {
      const answer = await server.fetch(`/api/w/test/trash/${path}`, { method, token });
      return { status: answer.status, text: await answer.text() };
    };
    await op('trash.empty');
    await op('scripts.create', { path: 'f/team/wire', ...code });
    await op('scripts.delete', { path: 'f/team/wire' });
    const [item] = JSON.parse((await get('list?item_kind=script')).text);
    assert.deepEqual(
      [item.workspace_id, item.item_kind, item.item_path, item.deleted_by],
      ['test', 'script', 'f/team/wire', 'owner'],
    );
    assert.equal(Date.parse(item.expires_at) - Date.parse(item.deleted_at), 30 * 86_400_000);
    const { item_data: data } = JSON.parse((await get(`get/${item.id}`)).text);
    assert.equal(data.rows[0].content, code.content);
    assert.equal((await get(`restore/${item.id}`, 'POST')).text, 'f/team/wire');
    assert.equal((await get(`restore/${item.id}`, 'POST')).status, 404);
    await op('scripts.delete', { path: 'f/team/wire' });
    clock.pass(29 * 86_400_000);
    assert.equal((await list()).length, 1);
    clock.pass(2 * 86_400_000);
    // Each hour it is looked for; a look that is under way lets the next one pass.
    for (let asked = 0; asked < 500 && (await list()).length > 0; asked += 1) {
      clock.pass(3_600_000);
    }
    assert.deepEqual(await list(), []);
  });
});
