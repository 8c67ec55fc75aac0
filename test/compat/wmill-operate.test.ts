// Windmill's published command line about apps, routes, versions, people who others run as, and
// what the instance is doing.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { openWmill, type Wmill } from '../kit/wmill.ts';

const files: Readonly<Record<string, string>> = {
  'wmill.yaml': 'defaultTs: bun\nincludes: ["**"]\nnonDottedPaths: true\nsyncBehavior: v1\n',
  'f/team/board__app/app.yaml': `summary: Board
value:
  grid:
    - id: a
      '3': {x: 0, y: 0, w: 3, h: 1, fixed: false}
      '12': {x: 0, y: 0, w: 6, h: 1, fixed: false}
      data:
        id: a
        type: textcomponent
        configuration: {}
        componentInput: {type: static, fieldType: textarea, value: Hello}
  fullscreen: false
  hiddenInlineScripts: []
  unusedInlineScripts: []
policy: {execution_mode: viewer}
`,
  'f/team/hook.http_trigger.yaml': `script_path: f/team/add
is_flow: false
route_path: hooks/:a
http_method: post
request_type: sync
authentication_method: none
is_static_website: false
workspaced_route: false
wrap_body: false
raw_string: false
mode: enabled
`,
};

describe('wmill', () => {
  let server: TestServer;
  let wmill: Wmill;

  async function run(...args: string[]): Promise<string> {
    const { code, out } = await wmill.run(args);
    assert.equal(code, 0, `wmill ${args.join(' ')}: ${out}`);
    return out;
  }
  async function op(name: string, input: object): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  before(async () => {
    server = await startTestServer();
    await op('users.create', { email: 'bob@example.com', password: 'correct horse battery' });
    await op('members.add', { email: 'bob@example.com', username: 'bob', role: 'developer' });
    await op('folders.create', { name: 'team', extraPerms: { 'u/bob': true } });
    const content = 'export const main = (n = 1) => n + 1';
    await op('scripts.create', { path: 'f/team/add', content, language: 'bun' });
    const step = { type: 'script', path: 'f/team/add', input_transforms: {} };
    const value = { modules: [{ id: 'a', value: step }] };
    await op('flows.create', { path: 'f/team/flow', value });
    wmill = openWmill();
    for (const [path, text] of Object.entries(files)) {
      const file = join(wmill.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const { workspace, origin, token } = server;
    await run('workspace', 'add', 'mine', workspace, origin, '--token', token);
  });
  after(async () => {
    wmill.remove();
    await server.stop();
  });

  it('pushes and shows apps', async () => {
    assert.match(await run('app', 'push', 'f/team/board__app', 'f/team/board'), /App pushed/);
    assert.match(await run('app', 'get', 'f/team/board'), /Summary: Board/);
    assert.match(
      await run('app', 'push', 'f/team/board__app', 'f/team/board'),
      /up to date|pushed/,
    );
    assert.match(await run('app', 'list'), /f\/team\/board/);
  });

  it('pushes and shows routes', async () => {
    const push = ['trigger', 'push', 'f/team/hook.http_trigger.yaml', 'f/team/hook'];
    assert.match(await run(...push), /Trigger pushed/);
    assert.match(await run(...push), /Trigger pushed|up to date/);
    assert.match(await run('trigger', 'get', 'f/team/hook'), /Route Path: hooks\/:a/);
    assert.match(await run('trigger', 'list'), /f\/team\/hook/);
  });

  it('shows versions of flows', async () => {
    const [{ id }] = await op('flows.history', { path: 'f/team/flow' });
    assert.match(await run('flow', 'show-version', 'f/team/flow', String(id)), /f\/team\/add/);
    assert.match(await run('script', 'get', 'f/team/add'), /Language: bun/);
  });

  it('makes items run as somebody else', async () => {
    await op('schedules.create', {
      path: 'f/team/nightly',
      schedule: '0 0 3 * * *',
      timezone: 'UTC',
      scriptPath: 'f/team/add',
    });
    for (const [kind, path, ...more] of [
      ['app', 'f/team/board'],
      ['script', 'f/team/add'],
      ['flow', 'f/team/flow'],
      ['schedule', 'f/team/nightly'],
      ['trigger', 'f/team/hook', '--kind', 'http'],
    ] as [string, string][]) {
      const said = await run(kind, 'set-permissioned-as', path, 'bob@example.com', ...more);
      assert.match(said, /Updated permissioned_as/, kind);
    }
    const trigger = await op('httpTriggers.get', { path: 'f/team/hook' });
    const schedule = await op('schedules.get', { path: 'f/team/nightly' });
    assert.deepEqual([trigger.permissionedAs, schedule.permissionedAs], ['u/bob', 'u/bob']);
    const flow = await (await server.fetch('/api/w/test/flows/get/f/team/flow')).json();
    const script = await (await server.fetch('/api/w/test/scripts/get/p/f/team/add')).json();
    for (const item of [flow, script] as { on_behalf_of_email: string }[]) {
      assert.equal(item.on_behalf_of_email, 'bob@example.com');
    }
  });

  it('shows what waits, in all workspaces or in one', async () => {
    await op('jobs.run', { path: 'f/team/add', scheduledInSecs: 3600 });
    await op('workspaces.create', { id: 'other', name: 'Other' });
    const made = await server.fetch('/api/op/jobs.preview?workspace=other', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ language: 'bash', content: 'echo 1', scheduledInSecs: 3600 }),
    });
    assert.equal(made.status, 200, await made.text());
    const all = await run('queues');
    assert.match(all, /^bun +0 +0 +1 /m);
    assert.match(all, /^bash +0 +0 +1 /m);
    const one = await run('queues', 'test');
    assert.match(one, /^bun +0 +0 +1 /m);
    assert.doesNotMatch(one, /^bash/m);
  });

  it('shows who did what', async () => {
    const made = await run('audit', 'list', '--action-kind', 'Create', '--json');
    const [row] = JSON.parse(made);
    assert.equal(typeof row.id, 'number');
    assert.deepEqual([row.operation.split('.')[1], row.action_kind], ['create', 'Created']);
    assert.match(
      await run('audit', 'get', String(row.id)),
      new RegExp(`Operation: ${row.operation}`),
    );
    const nobody = await wmill.run(['audit', 'get', '999999999']);
    assert.equal(nobody.code, 1);
    assert.match(nobody.out, /not found/i);
  });

  it('shows every workspace and every job', async () => {
    assert.match(await run('workspace', 'list-remote', '--as-superadmin'), /other/);

    assert.match(await run('job', 'list', '--all'), /f\/team\/add/);
    assert.match(await run('job', 'list', '--failed'), /No jobs found/);
    await run('workspace', 'bind', '--workspace', 'mine');
    await run('workspace', 'unbind', '--workspace', 'mine');
  });
});
