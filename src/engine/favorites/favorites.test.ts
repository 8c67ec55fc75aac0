// Stars of a whole server: each person's own, never a way to see more, gone with their item.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const password = 'correct horse battery';
const code = { language: 'bun', content: 'export const main = () => 1' };
const flow = { value: { modules: [{ id: 'a', value: { type: 'identity' } }] } };
const app = { value: { grid: [], hiddenInlineScripts: [] }, summary: '' };

describe('favourites', () => {
  let server: TestServer;
  const tokens: Record<string, string> = {};

  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function wire(path: string, token: string, body?: object): Promise<any> {
    const answer = await server.fetch(`/api/w/test/${path}`, {
      token,
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return body ? text : JSON.parse(text);
  }
  const starred = async (who: string): Promise<string[]> =>
    (await op('favorites.list', {}, tokens[who])).map((row: any) => `${row.kind} ${row.path}`);

  before(async () => {
    server = await startTestServer();
    for (const [who, role] of [
      ['reader', 'operator'],
      ['other', 'developer'],
      ['outsider', 'developer'],
    ] as const) {
      const email = `${who}@example.com`;
      await op('users.create', { email, password });
      await op('members.add', { email, username: who, role });
      tokens[who] = (await op('session.login', { email, password })).token;
    }
    tokens['readOnly'] = await server.tokenWith(undefined, { readOnly: true });
    tokens['scoped'] = await server.tokenWith(['scripts:read']);
    tokens['mcp'] = await server.tokenWith(['mcp:all']);
    const extraPerms = { 'u/reader': false, 'u/other': true };
    await op('folders.create', { name: 'team', extraPerms });
    for (const name of ['one', 'two']) {
      await op('scripts.create', { path: `f/team/${name}`, ...code });
      await op('flows.create', { path: `f/team/${name}`, ...flow });
      await op('apps.create', { path: `f/team/${name}`, ...app });
    }
  });
  after(() => server.stop());

  it('are for those who may read the item', async () => {
    const item = { kind: 'script', path: 'f/team/one' };
    const table: [string, object, number][] = [
      ['reader', item, 200],
      ['reader', item, 200],
      ['other', { kind: 'flow', path: 'f/team/one' }, 200],
      ['reader', { kind: 'app', path: 'f/team/two' }, 200],
      ['outsider', item, 404],
      ['readOnly', item, 403],
      ['scoped', item, 403],
      ['mcp', item, 403],
      ['reader', { kind: 'script', path: 'f/team/none' }, 404],
      ['reader', { kind: 'resource', path: 'f/team/one' }, 400],
      ['reader', { kind: 'script', path: `f/team/${'x'.repeat(300)}` }, 400],
    ];
    for (const [who, input, status] of table) {
      const answer = await server.op('favorites.star', input, tokens[who]);
      assert.equal(answer.status, status, `${who} ${JSON.stringify(answer.body)}`);
    }
    const headers = { 'content-type': 'application/json' };
    const nobody = { method: 'POST', body: JSON.stringify(item), headers, token: null };
    assert.equal((await server.fetch('/api/op/favorites.star', nobody)).status, 401);
    assert.deepEqual((await starred('reader')).toSorted(), ['app f/team/two', 'script f/team/one']);
    assert.deepEqual(await starred('other'), ['flow f/team/one']);
    assert.deepEqual(await starred('outsider'), []);
  });

  it('show in lists and, when asked, on items', async () => {
    const reader = tokens['reader'] ?? '';
    const list = async (kind: string, query = ''): Promise<unknown[]> =>
      (await wire(`${kind}/list?path_start=f/team/${query}`, reader))
        .map((row: any) => [row.path, row.starred])
        .toSorted();
    const script = [
      ['f/team/one', true],
      ['f/team/two', false],
    ];
    assert.deepEqual(await list('scripts'), script);
    assert.deepEqual(await list('scripts', '&starred_only=true'), [['f/team/one', true]]);
    assert.deepEqual(await list('flows', '&starred_only=true'), []);
    assert.deepEqual(await list('apps', '&starred_only=true'), [['f/team/two', true]]);
    for (const [path, expected] of [
      ['scripts/get/p/f/team/one?with_starred_info=true', true],
      ['flows/get/f/team/one?with_starred_info=true', false],
      ['apps/get/p/f/team/two?with_starred_info=true', true],
      // Not asked, so not looked up: Windmill's client wants a value there.
      ['scripts/get/p/f/team/one', false],
    ] as const) {
      assert.equal((await wire(path, reader)).starred, expected, path);
    }
  });

  it('come and go by the routes of Windmill, and can be forgotten twice', async () => {
    const other = tokens['other'] ?? '';
    const body = { favorite_kind: 'raw_app', path: 'f/team/one' };
    assert.equal(await wire('favorites/star', other, body), 'starred f/team/one');
    assert.deepEqual(await starred('other'), ['app f/team/one', 'flow f/team/one']);
    await wire('favorites/unstar', other, body);
    await wire('favorites/unstar', other, body);
    assert.deepEqual(await starred('other'), ['flow f/team/one']);
  });

  it('are not for jobs to set', async () => {
    const content = `
      export async function main() {
        const answer = await fetch(
          process.env.WM_BASE_URL + '/api/w/test/favorites/star', {
            method: 'POST',
            headers: {
              authorization: 'Bearer ' + process.env.WM_TOKEN,
              'content-type': 'application/json',
            },
            body: JSON.stringify({ favorite_kind: 'script', path: 'f/team/two' }),
          });
        return answer.status;
      }`;
    const ran = await op('jobs.previewWait', { language: 'bun', content });
    assert.equal(ran.result, 403);
  });

  it('hide what may not be read any more, and follow a renamed item', async () => {
    await op('flows.update', { path: 'f/team/one', newPath: 'f/team/moved', ...flow });
    assert.deepEqual(await starred('other'), ['flow f/team/moved']);
    await op('folders.share', { name: 'team', principal: 'u/other', access: 'none' });
    assert.deepEqual(await starred('other'), []);
    await op('folders.share', { name: 'team', principal: 'u/other', access: 'read' });
    assert.deepEqual(await starred('other'), ['flow f/team/moved']);
  });

  it('do not pass to another item of an old path', async () => {
    await op('flows.delete', { path: 'f/team/moved' });
    await op('flows.create', { path: 'f/team/moved', ...flow });
    assert.deepEqual(await starred('other'), []);
    await op('scripts.delete', { path: 'f/team/one' });
    await op('scripts.create', { path: 'f/team/one', ...code });
    await op('apps.delete', { path: 'f/team/two' });
    await op('apps.create', { path: 'f/team/two', ...app });
    assert.deepEqual(await starred('reader'), []);
  });
});
