// Items that run on behalf of who deployed them: whose secret a run can read, who may name whom,
// and that an edit by somebody else never keeps the rights of the one before.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const password = (name: string): string => `correct horse battery ${name}`;
const people: Record<string, string> = { ann: 'developer', bob: 'developer', dep: 'developer' };

describe('running on behalf of somebody', () => {
  let server: TestServer;
  const token: Record<string, string> = {};

  async function op(name: string, input: unknown, who?: string): Promise<any> {
    const { status, body } = await server.op(name, input, who && token[who]);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Windmill's body, as its command line sends it. */
  async function deploy(who: string, kind: 'scripts' | 'flows', body: Json) {
    const response = await server.fetch(`/api/w/test/${kind}/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ summary: '', auto_parent: true, language: 'bun', ...body }),
      token: token[who] ?? null,
    });
    return { status: response.status, text: await response.text() };
  }

  /** Reads the secret of somebody, with the rights of the run. */
  const reader = (path: string): string => `
    export async function main() {
      const url = process.env.BASE_INTERNAL_URL + '/api/w/test/variables/get_value/${path}';
      const headers = { authorization: 'Bearer ' + process.env.WM_TOKEN };
      const response = await fetch(url, { headers });
      return { status: response.status, as: process.env.WM_PERMISSIONED_AS };
    }`;

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'team', extraPerms: { 'g/all': true } });
    for (const [name, role] of Object.entries(people)) {
      const email = `${name}@example.com`;
      await op('users.create', { email, password: password(name) });
      await op('members.add', { email, username: name, role });
      token[name] = (await op('session.login', { email, password: password(name) })).token;
      await op('variables.create', { path: `u/${name}/key`, value: name, isSecret: true }, name);
    }
    await op('groups.addUser', { name: 'wm_deployers', username: 'dep' });
  });
  after(() => server.stop());

  const script = (path: string, more: Json = {}): Json => ({
    path: `f/team/${path}`,
    content: reader('u/ann/key'),
    ...more,
  });
  const mine = { on_behalf_of_email: 'anything@example.com' };
  const keep = { preserve_on_behalf_of: true };

  /** Who deploys with which fields, who runs it, and whose rights the run has. */
  const cases: [string, Json, string, string][] = [
    ['ann', {}, 'bob', 'bob'],
    ['ann', mine, 'bob', 'ann'],
    ['ann', { on_behalf_of: 'u/bob' }, 'bob', 'ann'],
    // A developer may not name somebody else, whatever the request says.
    ['bob', { on_behalf_of_email: 'ann@example.com', ...keep }, 'bob', 'bob'],
    ['bob', { on_behalf_of: 'u/ann', ...keep }, 'bob', 'bob'],
    ['dep', { on_behalf_of_email: 'ann@example.com', ...keep }, 'bob', 'ann'],
    ['dep', { on_behalf_of: 'u/ann', ...keep }, 'bob', 'ann'],
    ['dep', { on_behalf_of_email: 'ann@example.com' }, 'bob', 'dep'],
  ];
  for (const [n, [who, fields, runner, actor]] of cases.entries()) {
    it(`${who} deploys ${JSON.stringify(fields)}, ${runner} runs it as ${actor}`, async () => {
      const path = `f/team/case${n}`;
      const made = await deploy(who, 'scripts', script(`case${n}`, fields));
      assert.equal(made.status, 201, made.text);
      const { id, result } = await op('jobs.runWait', { path }, runner);
      assert.deepEqual(result, { status: actor === 'ann' ? 200 : 404, as: `u/${actor}` });
      const job = await op('jobs.get', { id });
      assert.deepEqual([job.createdBy, job.permissionedAs], [runner, `u/${actor}`]);
      assert.equal(job.email, `${actor}@example.com`);
    });
  }

  it('keeps nothing of the one before when somebody else deploys over it', async () => {
    const first = await deploy('ann', 'scripts', script('taken', mine));
    assert.equal(first.status, 201, first.text);
    const content = `${reader('u/ann/key')}\n// mine now`;
    const fields = { on_behalf_of: 'u/ann', on_behalf_of_email: 'ann@example.com', ...keep };
    const second = await deploy('bob', 'scripts', script('taken', { content, ...fields }));
    assert.equal(second.status, 201, second.text);
    const { result } = await op('jobs.runWait', { path: 'f/team/taken' }, 'bob');
    assert.deepEqual(result, { status: 404, as: 'u/bob' });
    // Neither by the own operation, whose further fields are free.
    const input = { path: 'f/team/taken', language: 'bun', content, autoParent: true };
    await op('scripts.create', { ...input, summary: 'again', extra: { ...fields } }, 'bob');
    assert.equal((await op('jobs.runWait', { path: 'f/team/taken' }, 'bob')).result.as, 'u/bob');
  });

  it('refuses somebody who is no member', async () => {
    const fields = { on_behalf_of_email: 'nobody@example.com', ...keep };
    const made = await deploy('dep', 'scripts', script('nobody', fields));
    assert.equal(made.status, 400, made.text);
    assert.match(made.text, /nobody@example\.com is no member/);
  });

  it('holds for flows, their sub-flows and the scripts in them', async () => {
    const raw = { type: 'rawscript', language: 'bun', content: reader('u/ann/key') };
    const inner = { modules: [{ id: 'a', value: raw }] };
    const flow = await deploy('ann', 'flows', { path: 'f/team/flow', value: inner, ...mine });
    assert.equal(flow.status, 201, flow.text);
    const modules = [
      { id: 'x', value: { type: 'flow', path: 'f/team/flow' } },
      { id: 'y', value: { type: 'script', path: 'f/team/case1' } },
      { id: 'z', value: { ...raw } },
    ];
    const outer = { modules: [{ id: 'all', value: { type: 'branchall', branches: [] } }] };
    const branches = modules.map((module) => ({ modules: [module] }));
    outer.modules[0] = { id: 'all', value: { type: 'branchall', branches } } as never;
    const made = await deploy('bob', 'flows', { path: 'f/team/outer', value: outer });
    assert.equal(made.status, 201, made.text);
    const direct = await op('jobs.runFlowWait', { path: 'f/team/flow' }, 'bob');
    assert.deepEqual(direct.result, { status: 200, as: 'u/ann' });
    const nested = await op('jobs.runFlowWait', { path: 'f/team/outer' }, 'bob');
    assert.deepEqual(nested.result, [
      { status: 200, as: 'u/ann' },
      { status: 200, as: 'u/ann' },
      { status: 404, as: 'u/bob' },
    ]);
  });

  it('stays inside the scopes of who starts it', async () => {
    const scopes = ['jobs:run:scripts:f/team/case1', 'jobs:read'];
    const input = { scopes, workspaceId: 'test' };
    token['narrow'] = (await op('tokens.create', input, 'bob')).token;
    const { result } = await op('jobs.runWait', { path: 'f/team/case1' }, 'narrow');
    assert.deepEqual(result, { status: 403, as: 'u/ann' });
  });
});
