// Running the components of apps: who may, as whom, with which inputs. A literal table of caller,
// mode and runnable; what a caller must not override; what people without an account reach.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';
import { button, item, lowCode, runnable } from './apps.fixture.ts';

type Json = Record<string, any>;

const password = (name: string): string => `correct horse battery ${name}`;
const people: Record<string, string> = { ann: 'developer', bob: 'developer', opal: 'operator' };

/** Says as whom it runs, who uses the app, and what it was given. */
const who = `export async function main(a?: unknown, b?: unknown) {
  const { WM_PERMISSIONED_AS: as, WM_USERNAME: user, WM_END_USER_EMAIL: email } = process.env;
  const url = process.env.BASE_INTERNAL_URL + '/api/w/test/users/whoami';
  const headers = { authorization: 'Bearer ' + process.env.WM_TOKEN };
  const me = await (await fetch(url, { headers })).json();
  const list = await fetch(url.replace('users/whoami', 'variables/list'), { headers });
  return { as, user, email, token: me.username, lists: list.status, a, b };
}`;

describe('running components of apps', () => {
  let server: TestServer;
  const token: Record<string, string | null> = { nobody: null };

  async function call(name: string, input: unknown, caller?: string) {
    const response = await server.fetch(`/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(caller === undefined ? {} : { token: token[caller] ?? null }),
    });
    return { status: response.status, body: (await response.json()) as any };
  }
  async function op(name: string, input: unknown, caller?: string): Promise<any> {
    const { status, body } = await call(name, input, caller);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  /** The outcome of a component's job. */
  async function run(path: string, input: Json, caller?: string): Promise<any> {
    const { id } = await op('apps.execute', { path, component: 'a', ...input }, caller);
    return op('apps.result', { path, id, waitMs: 30_000 }, caller);
  }

  before(async () => {
    server = await startTestServer();
    await op('folders.create', { name: 'team', extraPerms: { 'g/team': true } });
    await op('groups.create', { name: 'team' });
    await op('folders.create', { name: 'private' });
    for (const [name, role] of Object.entries(people)) {
      const email = `${name}@example.com`;
      await op('users.create', { email, password: password(name) });
      await op('members.add', { email, username: name, role });
      token[name] = (await op('session.login', { email, password: password(name) })).token;
      if (name !== 'bob') await op('groups.addUser', { name: 'team', username: name });
    }
    const made = async (scopes: string[], more: Json = {}) =>
      (await op('tokens.create', { scopes, ...more }, 'ann')).token;
    token['ann-scripts'] = await made(['scripts:read']);
    token['ann-jobs'] = await made(['jobs:run']);
    token['ann-readonly'] = (await op('tokens.create', { readOnly: true }, 'ann')).token;
    await op('scripts.create', { path: 'f/team/who', language: 'bun', content: who });
    await op('scripts.create', { path: 'f/private/who', language: 'bun', content: who });
    const modules = [
      { id: 'x', value: { type: 'script', path: 'f/team/who', input_transforms: {} } },
    ];
    await op('flows.create', { path: 'f/team/flow', value: { modules } });
  });
  after(() => server.stop());

  describe('by caller, mode and runnable', () => {
    const runs: Record<string, Json> = {
      inline: runnable(who),
      script: { type: 'path', runType: 'script', path: 'f/team/who' },
      private: { type: 'path', runType: 'script', path: 'f/private/who' },
      flow: { type: 'path', runType: 'flow', path: 'f/team/flow' },
    };
    /** Caller, mode, what the component runs, and as whom it does; or why not. */
    const table: [string, string, string, string][] = [
      ['ann', 'publisher', 'inline', 'owner'],
      ['ann', 'publisher', 'script', 'owner'],
      ['ann', 'publisher', 'private', 'owner'],
      ['ann', 'publisher', 'flow', 'owner'],
      ['opal', 'publisher', 'inline', 'owner'],
      ['bob', 'publisher', 'inline', '404'],
      ['nobody', 'publisher', 'inline', '401'],
      ['ann-jobs', 'publisher', 'inline', 'owner'],
      ['ann-scripts', 'publisher', 'inline', '403'],
      ['ann-readonly', 'publisher', 'inline', '403'],
      ['ann', 'viewer', 'inline', 'ann'],
      ['ann', 'viewer', 'script', 'ann'],
      ['ann', 'viewer', 'private', '404'],
      ['ann', 'viewer', 'flow', 'ann'],
      ['opal', 'viewer', 'inline', 'opal'],
      ['bob', 'viewer', 'inline', '404'],
      ['nobody', 'viewer', 'inline', '401'],
      ['nobody', 'anonymous', 'inline', 'owner'],
      ['nobody', 'anonymous', 'private', 'owner'],
      ['nobody', 'anonymous', 'flow', 'owner'],
      ['bob', 'anonymous', 'inline', 'owner'],
      ['ann-readonly', 'anonymous', 'inline', 'owner'],
    ];
    before(async () => {
      for (const mode of ['publisher', 'viewer', 'anonymous']) {
        for (const [name, given] of Object.entries(runs)) {
          const value = lowCode([button('a', given)]);
          const policy = { execution_mode: mode };
          await op('apps.create', { path: `f/team/${mode}_${name}`, value, policy });
        }
      }
    });
    for (const [caller, mode, kind, expected] of table) {
      it(`${caller}, ${mode}, ${kind}: ${expected}`, async () => {
        const path = `f/team/${mode}_${kind}`;
        if (/^\d+$/.test(expected)) {
          const { status, body } = await call('apps.execute', { path, component: 'a' }, caller);
          assert.equal(status, Number(expected), JSON.stringify(body));
          return;
        }
        const { success, result } = await run(path, {}, caller);
        assert.equal(success, true, JSON.stringify(result));
        const isStranger = caller === 'nobody' || caller === 'bob';
        const user = isStranger ? 'anonymous' : caller.split('-')[0];
        assert.deepEqual(
          [result.as, result.token, result.user],
          [`u/${expected}`, expected, kind === 'flow' ? result.user : user],
        );
      });
    }
  });

  it('says of the job which app started it, and for whom', async () => {
    const path = 'f/team/publisher_inline';
    const { id, result } = await run(path, {}, 'ann');
    assert.equal(result.email, 'ann@example.com');
    const job = await op('jobs.get', { id }, 'ann');
    assert.deepEqual(
      [job.jobKind, job.scriptPath, job.triggerKind, job.createdBy, job.permissionedAs],
      ['appscript', `${path}/a`, 'app', 'ann', 'u/owner'],
    );
    assert.equal((await call('apps.result', { path, id }, 'opal')).status, 404);
    assert.equal((await call('jobs.get', { id }, 'bob')).status, 404);
    const open = 'f/team/anonymous_inline';
    const { id: theirs, result: given } = await run(open, {}, 'nobody');
    assert.equal(given.email, '');
    assert.equal((await call('apps.result', { path: open, id: theirs }, 'bob')).status, 404);
    assert.equal((await call('apps.result', { path: open, id }, 'nobody')).status, 404);
    assert.equal((await call('jobs.get', { id: theirs }, 'nobody')).status, 401);
  });

  it('shows who may not read the app its result, and not its code nor what it fixes', async () => {
    const path = 'f/team/closed';
    const fields = { a: { type: 'static', value: 'fixed-secret' } };
    const value = lowCode([button('a', runnable(`${who} // inline-secret`), fields)]);
    await op('apps.create', { path, value, policy: { execution_mode: 'anonymous' } });
    const { id, result } = await run(path, {}, 'bob');
    assert.equal(result.email, 'bob@example.com');
    for (const [name, input] of [
      ['jobs.get', { id }],
      ['jobs.args', { id }],
      ['jobs.logs', { id }],
      ['jobs.result', { id }],
      ['jobs.update', { id }],
      ['jobs.rerun', { id }],
      ['jobs.cancel', { id }],
      ['jobs.list', { includeArgs: true }],
      ['jobs.list', { includeArgs: true, createdBy: 'anonymous' }],
    ] as const) {
      const { status, body } = await call(name, input, 'bob');
      if (name !== 'jobs.list') assert.equal(status, 404, `${name}: ${JSON.stringify(body)}`);
      assert.doesNotMatch(JSON.stringify(body), /secret/, name);
    }
    assert.match((await op('jobs.get', { id }, 'ann')).rawCode, /inline-secret/);
    const { id: anns } = await run(path, {}, 'ann');
    assert.match((await op('jobs.get', { id: anns }, 'ann')).rawCode, /inline-secret/);
  });

  it('shows its user no step of a flow that runs as another', async () => {
    const content = `${who} // step-secret`;
    const step = { type: 'rawscript', language: 'bun', content, input_transforms: {} };
    const value = { modules: [{ id: 'x', value: step }] };
    await op('flows.create', { path: 'f/private/flow', value });
    const path = 'f/team/steps';
    const flow = { type: 'path', runType: 'flow', path: 'f/private/flow' };
    await op('apps.create', { path, value: lowCode([button('a', flow)]) });
    const { id, result } = await run(path, {}, 'ann');
    assert.equal(result.as, 'u/owner');
    const steps = await op('jobs.list', { parentJob: id, isFlowStep: true });
    assert.equal(steps.length, 1);
    assert.deepEqual(await op('jobs.list', { parentJob: id, isFlowStep: true }, 'ann'), []);
    const { status } = await call('jobs.get', { id: steps[0].id }, 'ann');
    assert.equal(status, 404);
    assert.doesNotMatch(JSON.stringify(await op('jobs.get', { id }, 'ann')), /step-secret/);
    assert.match((await op('jobs.get', { id: steps[0].id })).rawCode, /step-secret/);
  });

  it('leaves to the caller only what the policy leaves free', async () => {
    const path = 'f/team/inputs';
    const choice = item('s', {
      type: 'selectcomponent',
      configuration: {
        items: { type: 'static', value: [{ label: 'One', value: 1 }, { value: 'two' }] },
        create: { type: 'static', value: false },
      },
    });
    const one = { expr: 's.result', connections: [{ componentId: 's', id: 'result' }] };
    const fields = {
      a: { type: 'static', value: { fixed: true } },
      b: { type: 'evalv2', ...one },
    };
    const value = lowCode([choice, button('a', runnable(who), fields)]);
    await op('apps.create', { path, value });
    const { result } = await run(path, { args: { b: 'two' } }, 'ann');
    assert.deepEqual([result.a, result.b], [{ fixed: true }, 'two']);
    const refused: [Json, RegExp][] = [
      [{ a: 'other', b: 'two' }, /The app fixes the input a/],
      [{ b: 'three' }, /The input b has none of the values/],
      [{ c: '$res:u/owner/x' }, /The input c may not refer to resources/],
      [{ c: { deep: ['$var:u/owner/x'] } }, /The input c may not refer to resources/],
      [{ c: '$WM_TOKEN' }, /The input c may not refer to resources/],
      [{ _ENTRYPOINT_OVERRIDE: 'other' }, /There is no input _ENTRYPOINT_OVERRIDE/],
    ];
    for (const [args, expected] of refused) {
      const { status, body } = await call('apps.execute', { path, component: 'a', args }, 'ann');
      assert.equal(status, 403, JSON.stringify([args, body]));
      assert.match(body.error.message, expected);
    }
  });

  it('reads what a user gives of their own with the rights of the user', async () => {
    await op('variables.create', { path: 'u/ann/mine', value: 'of ann', isSecret: false }, 'ann');
    await op('variables.create', { path: 'u/owner/his', value: 'of owner', isSecret: false });
    const path = 'f/team/own';
    const fields = { a: { type: 'evalv2', expr: 'x', connections: [], allowUserResources: true } };
    await op('apps.create', { path, value: lowCode([button('a', runnable(who), fields)]) });
    const { result } = await run(path, { args: { a: '$var:u/ann/mine' } }, 'ann');
    assert.deepEqual([result.a, result.as], ['of ann', 'u/owner']);
    const his = await run(path, { args: { a: '$var:u/owner/his' } }, 'ann');
    assert.equal(his.success, false);
    assert.doesNotMatch(JSON.stringify(his), /of owner/);
    const args = { a: '$var:u/ann/mine' };
    const scoped = await call('apps.execute', { path, component: 'a', args }, 'ann-jobs');
    assert.equal(scoped.status, 403);
  });

  it('runs nothing that the policy does not name', async () => {
    const path = 'f/team/publisher_inline';
    for (const input of [
      { component: 'zz' },
      { component: 'constructor' },
      { component: 'a', runnable: 'script/f/private/who' },
      { component: 'a', rawCode: { language: 'bun', content: 'export const main = () => 1' } },
    ]) {
      const { status, body } = await call('apps.execute', { path, ...input }, 'ann');
      assert.equal(status, 403, JSON.stringify(body));
      assert.match(body.error.message, /The policy of f\/team\/publisher_inline lets \S+ run no/);
    }
    const same = { path, component: 'a', rawCode: { language: 'bun', content: who } };
    assert.equal((await call('apps.execute', same, 'ann')).status, 200);
    const content = "import 'left-pad'; export const main = () => 1";
    const key = (code: string) => `a:rawscript/${createHash('sha256').update(code).digest('hex')}`;
    const more = { [key(who)]: {}, [key(content)]: {} };
    const old = 'f/team/old_code';
    const policy = { execution_mode: 'anonymous', triggerables_v2: more };
    await op('apps.create', { path: old, value: lowCode([button('a', runnable(who))]), policy });
    const planted = {
      path: old,
      component: 'a',
      rawCode: { language: 'bun', content, lock: '{}' },
    };
    const refused = await call('apps.execute', planted, 'opal');
    assert.deepEqual(
      [refused.status, /has this code/.test(refused.body.error.message)],
      [403, true],
    );
    const stale = await call('apps.execute', { path, component: 'a', version: 9_999 }, 'ann');
    assert.equal(stale.status, 409);
  });

  it('runs as who changed it last, and with no more than their token', async () => {
    const path = 'f/team/handed';
    const value = lowCode([button('a', runnable(who))]);
    await op('apps.create', { path, value });
    const { result: first } = await run(path, {}, 'opal');
    assert.deepEqual([first.as, first.lists], ['u/owner', 200]);
    const kept = { on_behalf_of: 'u/owner' };
    await op('apps.update', { path, policy: kept, preserveOnBehalfOf: true, value }, 'ann');
    assert.equal((await run(path, {}, 'opal')).result.as, 'u/ann');
    await op('apps.update', {
      path,
      value,
      policy: { on_behalf_of: 'u/bob' },
      preserveOnBehalfOf: true,
    });
    assert.equal((await run(path, {}, 'opal')).result.as, 'u/bob');
    const { token: narrow } = await op('tokens.create', { scopes: ['apps:write'] }, 'ann');
    token['ann-apps'] = narrow;
    await op('apps.update', { path, value }, 'ann-apps');
    const { result } = await run(path, {}, 'opal');
    assert.deepEqual([result.as, result.lists], ['u/ann', 403]);
  });

  it('uses results again, for the same user and never what was read as the user', async () => {
    const path = 'f/team/cached';
    const content = `export const main = (n?: unknown) =>
      ({ n, at: Math.random(), email: process.env.WM_END_USER_EMAIL })`;
    const script = { language: 'bun', content, cache_ttl: 600 };
    const fields = { n: { type: 'user', value: null, allowUserResources: true } };
    const cached = { type: 'inline', inlineScript: script };
    await op('apps.create', { path, value: lowCode([button('a', cached, fields)]) });
    const first = (await run(path, { args: { n: 1 } }, 'ann')).result;
    assert.equal(first.email, 'ann@example.com');
    assert.deepEqual((await run(path, { args: { n: 1 } }, 'ann')).result, first);
    assert.notEqual((await run(path, { args: { n: 2 } }, 'ann')).result.at, first.at);
    const other = (await run(path, { args: { n: 1 } }, 'opal')).result;
    assert.equal(other.email, 'opal@example.com');
    await op('variables.create', { path: 'u/ann/own', value: 'x', isSecret: false }, 'ann');
    const args = { n: '$var:u/ann/own' };
    const read = (await run(path, { args }, 'ann')).result;
    assert.equal(read.n, 'x');
    assert.notEqual((await run(path, { args }, 'ann')).result.at, read.at);
    const bad = lowCode([button('a', { ...cached, inlineScript: { ...script, cache_ttl: -1 } })]);
    const refused = await call('apps.update', { path, value: bad });
    assert.match(JSON.stringify(refused.body), /cache_ttl is a number of seconds/);
  });

  it('opens anonymous apps by secret and custom path, and shows no code of theirs', async () => {
    const path = 'f/team/open';
    const fields = { a: { type: 'static', value: 'hidden value' } };
    const value = lowCode([button('a', runnable(who), fields)]);
    const named = { path, value, customPath: 'desk' };
    assert.equal((await call('apps.create', named, 'ann')).status, 403);
    await op('apps.create', { path, value, customPath: 'desk/one' });
    const { publicSecret: secret } = await op('apps.secretOf', { path }, 'ann');
    assert.equal((await call('apps.getBySecret', { secret }, 'nobody')).status, 401);
    assert.equal((await call('apps.getBySecret', { secret }, 'bob')).status, 404);
    assert.equal((await op('apps.getBySecret', { secret }, 'ann')).path, path);
    assert.equal((await call('apps.getByCustomPath', { customPath: 'desk/one' })).status, 404);
    await op('apps.update', { path, policy: { execution_mode: 'anonymous' } });
    for (const shown of [
      await op('apps.getBySecret', { secret }, 'nobody'),
      await op('apps.getByCustomPath', { customPath: 'desk/one' }, 'nobody'),
    ]) {
      assert.equal(shown.value.grid[0].data.type, 'buttoncomponent');
      assert.deepEqual(shown.policy, { execution_mode: 'anonymous' });
      assert.doesNotMatch(JSON.stringify(shown), /hidden value|WM_TOKEN|owner@|u\/owner/);
    }
    const wrong = { secret: 'x'.repeat(32) };
    assert.equal((await call('apps.getBySecret', wrong, 'ann')).status, 404);
    assert.equal((await call('apps.secretOf', { path }, 'bob')).status, 404);
    const twice = { path: 'f/team/open2', value, customPath: 'desk/one' };
    assert.equal((await call('apps.create', twice)).status, 409);
    assert.equal(await op('apps.customPathExists', { customPath: 'desk/one' }), true);
  });
});
