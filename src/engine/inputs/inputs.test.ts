// Saved inputs of a whole server: each person's own unless shown, for those who may read what they
// are for, and gone with it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

const password = 'correct horse battery';
const code = { language: 'bun', content: 'export const main = (x: number) => x' };
const flow = { value: { modules: [{ id: 'a', value: { type: 'identity' } }] } };
const ofScript = 'runnable_type=ScriptPath&runnable_id=f/team/one';

describe('saved inputs', () => {
  let server: TestServer;
  const tokens: Record<string, string> = {};

  async function op(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function send(path: string, who: string, body?: object) {
    const answer = await server.fetch(`/api/w/test/inputs/${path}`, {
      token: tokens[who] ?? server.token,
      ...(body && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: answer.status, text: await answer.text() };
  }
  async function wire(path: string, who: string, body?: object): Promise<any> {
    const { status, text } = await send(path, who, body);
    assert.ok(status < 300, `${path}: ${text}`);
    return /^[[{]/.test(text) ? JSON.parse(text) : text;
  }
  const names = async (who: string, runnable = ofScript): Promise<string[]> =>
    (await wire(`list?${runnable}`, who)).map(({ name }: { name: string }) => name);

  before(async () => {
    server = await startTestServer();
    for (const [who, role] of [
      ['ann', 'operator'],
      ['bob', 'developer'],
      ['outsider', 'developer'],
    ] as const) {
      const email = `${who}@example.com`;
      await op('users.create', { email, password });
      await op('members.add', { email, username: who, role });
      tokens[who] = (await op('session.login', { email, password })).token;
    }
    tokens['readOnly'] = await server.tokenWith(undefined, { readOnly: true });
    tokens['scoped'] = await server.tokenWith(['scripts:read']);
    const extraPerms = { 'u/ann': false, 'u/bob': false };
    await op('folders.create', { name: 'team', extraPerms });
    await op('scripts.create', { path: 'f/team/one', ...code });
    await op('flows.create', { path: 'f/team/one', ...flow });
  });
  after(() => server.stop());

  it('are kept for a script or flow that one may read', async () => {
    const body = { name: 'mine', args: { x: 7 } };
    const table: [string, string, object, number][] = [
      ['ann', ofScript, body, 201],
      ['ann', 'runnable_type=FlowPath&runnable_id=f/team/one', { ...body, name: 'of flow' }, 201],
      ['outsider', ofScript, body, 404],
      ['readOnly', ofScript, body, 403],
      ['scoped', ofScript, body, 403],
      ['ann', 'runnable_type=ScriptPath&runnable_id=f/team/none', body, 404],
      ['ann', 'runnable_type=Script&runnable_id=f/team/one', body, 400],
      ['ann', 'runnable_type=ScriptHash&runnable_id=zz', body, 400],
      ['ann', 'runnable_type=ScriptHash&runnable_id=0123456789abcdef', body, 404],
      ['ann', ofScript, { name: '', args: {} }, 400],
      ['ann', ofScript, { name: 'a', args: 'text' }, 400],
      ['ann', ofScript, { name: 'a\u0000', args: {} }, 400],
    ];
    for (const [who, runnable, said, status] of table) {
      const answer = await send(`create?${runnable}`, who, said);
      assert.equal(answer.status, status, `${who} ${runnable}: ${answer.text}`);
    }
    assert.deepEqual(await names('ann'), ['mine']);
    assert.deepEqual(await names('bob'), []);
    const { hash } = await op('scripts.get', { path: 'f/team/one' });
    assert.deepEqual(await names('ann', `runnable_type=ScriptHash&runnable_id=${hash}`), ['mine']);
    assert.equal((await send(`list?${ofScript}`, 'outsider')).status, 404);
  });

  it('are shown to others, and changed by who saved them alone', async () => {
    const [{ id }] = await wire(`list?${ofScript}`, 'ann');
    assert.equal((await send(`${id}/args?input=true`, 'bob')).status, 404);
    assert.equal((await send('update', 'bob', { id, name: 'x', is_public: true })).status, 404);
    await wire('update', 'ann', { id, name: 'ours', is_public: true });
    assert.deepEqual(await names('bob'), ['ours']);
    assert.deepEqual(await wire(`${id}/args?input=true`, 'bob'), { x: 7 });
    assert.equal((await send(`${id}/args?input=true`, 'outsider')).status, 404);
    assert.equal((await send('update', 'bob', { id, name: 'x', is_public: true })).status, 403);
    assert.equal((await send(`delete/${id}`, 'bob', {})).status, 403);
    assert.equal((await send(`delete/${id}`, 'outsider', {})).status, 404);
    await wire(`delete/${id}`, 'ann', {});
    assert.equal((await send(`delete/${id}`, 'ann', {})).status, 404);
    assert.deepEqual(await names('ann'), []);
  });

  it('stand beside those of earlier runs', async () => {
    const good = await op('jobs.runWait', { path: 'f/team/one', args: { x: 1 } }, tokens['ann']);
    const bad = await op('jobs.runWait', { path: 'f/team/one', args: { x: 2 } });
    const history = `history?${ofScript}`;
    assert.deepEqual(
      (await wire(history, '')).map((row: any) => [row.id, row.name, row.success]),
      [
        [bad.id, 'owner', true],
        [good.id, 'ann', true],
      ],
    );
    const narrowed = `${history}&args=${encodeURIComponent('{"x":1}')}`;
    assert.deepEqual(
      (await wire(narrowed, '')).map(({ id }: { id: string }) => id),
      [good.id],
    );
    assert.deepEqual(await wire(`${good.id}/args`, 'ann'), { x: 1 });
    assert.equal((await send(`${good.id}/args`, 'outsider')).status, 404);
    assert.deepEqual(await wire(history, 'outsider'), []);
  });

  it('go with what they are for', async () => {
    await wire(`create?${ofScript}`, 'ann', { name: 'old', args: {} });
    await op('scripts.delete', { path: 'f/team/one' });
    await op('scripts.create', { path: 'f/team/one', ...code });
    assert.deepEqual(await names('ann'), []);
    const ofFlow = (path: string) => `runnable_type=FlowPath&runnable_id=${path}`;
    await op('flows.update', { path: 'f/team/one', newPath: 'f/team/moved', ...flow });
    assert.deepEqual(await names('ann', ofFlow('f/team/moved')), ['of flow']);
  });
});
