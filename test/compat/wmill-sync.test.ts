// `wmill sync` against a whole server: what is pushed comes back as it was, and pushing it again
// changes nothing.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { openWmill, type Wmill } from '../kit/wmill.ts';

const settings = `defaultTs: bun
includes: ['**']
excludes: []
skipSecrets: false
includeUsers: true
includeGroups: true
includeSettings: true
includeKey: true
includeSchedules: true
includeTriggers: true
nonDottedPaths: true
syncBehavior: v1
`;

const scriptMeta = (more = '') => `summary: Ünïcode ✓
description: ''
lock: ''
kind: script
schema:
  $schema: https://json-schema.org/draft/2020-12/schema
  type: object
  properties: {}
  required: []
${more}`;

/** What somebody keeps in a repository. */
const files: Readonly<Record<string, string>> = {
  'f/team/folder.meta.yaml':
    'summary: The team\ndisplay_name: team\nowners: [u/owner]\n' +
    'extra_perms: {u/owner: true, g/all: false}\n',
  'f/team/add.ts': 'export const main = (a: number, b = 2) => `ü${a + b}`;\n',
  'f/team/add.script.yaml': scriptMeta(
    'tag: special\nlabels: [x, y]\nextra_perms: {g/all: true}\ncache_ttl: 60\n',
  ),
  'f/team/old.deno.ts': 'export function main() { return 1 }\n',
  'f/team/old.script.yaml': scriptMeta(),
  'f/team/py.py': 'def main(x: str = "a"):\n    return x\n',
  'f/team/py.script.yaml': scriptMeta(),
  'f/team/sh.sh': 'echo "$1"\n',
  'f/team/sh.script.yaml': scriptMeta(),
  'f/team/etl__flow/flow.yaml': `summary: ETL
description: a flow
value:
  modules:
    - id: a
      value:
        type: rawscript
        language: bun
        content: '!inline a.ts'
        lock: ''
        input_transforms:
          n: {type: javascript, expr: flow_input.n}
    - id: b
      value:
        type: script
        path: f/team/add
        input_transforms:
          a: {type: javascript, expr: results.a}
schema:
  type: object
  properties: {n: {type: number}}
  required: [n]
`,
  'f/team/etl__flow/a.ts': 'export const main = (n: number) => n * 2;\n',
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
`,
  'f/team/db.resource.yaml':
    'description: our db\nresource_type: postgresql\n' +
    'value: {host: localhost, password: $var:f/team/pw, empty: null}\n',
  'f/team/plain.variable.yaml': 'value: blue\nis_secret: false\ndescription: a colour\n',
  'f/team/nightly.schedule.yaml': `schedule: 0 0 3 * * *
timezone: Europe/Paris
script_path: f/team/add
is_flow: false
args: {a: 1}
enabled: true
summary: each night
on_failure: script/f/team/old
on_failure_times: 2
retry: {constant: {attempts: 2, seconds: 10}}
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
  'thing.resource-type.yaml':
    'description: A thing\nschema: {type: object, properties: {a: {type: string}}}\n',
  'settings.yaml': "name: test\ncolor: '#1a2b3c'\n",
  'groups/ops.group.yaml': 'summary: Ops\nadmins: [u/owner]\nmembers: []\n',
};

describe('wmill sync', () => {
  let server: TestServer;
  let wmill: Wmill;
  let home: string;
  let copy: string;

  async function run(folder: string, ...args: string[]): Promise<string> {
    const { code, out } = await wmill.run(args, folder);
    assert.equal(code, 0, `wmill ${args.join(' ')}: ${out}`);
    return out;
  }
  function write(folder: string, path: string, content: string): void {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const nothingToDo = /0 changes to apply/;

  before(async () => {
    server = await startTestServer();
    wmill = openWmill();
    home = join(wmill.folder, 'home');
    copy = join(wmill.folder, 'copy');
    for (const folder of [home, copy]) write(folder, 'wmill.yaml', settings);
    const { workspace, origin, token } = server;
    await run(home, 'workspace', 'add', 'mine', workspace, origin, '--token', token);
    for (const [name, input] of [
      ['variables.create', { path: 'f/examples/pw', value: 'top-s3cret', isSecret: true }],
      ['users.create', { email: 'ann@example.com', password: 'correct horse battery' }],
      ['members.add', { email: 'ann@example.com', username: 'ann', role: 'operator' }],
    ] as const) {
      const made = await server.op(name, input);
      assert.equal(made.status, 200, JSON.stringify(made.body));
    }
  });
  after(async () => {
    wmill.remove();
    await server.stop();
  });

  it('brings a whole folder up and down, and then has nothing to do', async () => {
    await run(home, 'sync', 'pull', '--yes');
    for (const [path, content] of Object.entries(files)) write(home, path, content);
    const pushed = await run(home, 'sync', 'push', '--yes');
    assert.match(pushed, /changes pushed to the remote workspace/);
    assert.match(await run(home, 'sync', 'push', '--dry-run'), nothingToDo);

    await run(copy, 'sync', 'pull', '--yes');
    for (const path of Object.keys(files).filter((name) => !name.includes('__'))) {
      assert.ok(existsSync(join(copy, path)), path);
    }
    assert.equal(readFileSync(join(copy, 'f/team/add.ts'), 'utf8'), files['f/team/add.ts']);
    assert.match(readFileSync(join(copy, 'users/ann@example.com.user.yaml'), 'utf8'), /operator/);
    assert.match(readFileSync(join(copy, 'encryption_key.yaml'), 'utf8'), /^[0-9a-f]{64}$/m);
    assert.match(await run(copy, 'sync', 'push', '--dry-run'), nothingToDo);
    assert.match(await run(copy, 'sync', 'push', '--yes'), nothingToDo);
    assert.match(await run(home, 'sync', 'pull', '--dry-run'), nothingToDo);
  });

  it('keeps secrets as ciphertext, unless the clear text is asked for', async () => {
    const path = 'f/examples/pw.variable.yaml';
    assert.doesNotMatch(readFileSync(join(copy, path), 'utf8'), /top-s3cret/);
    const plain = join(wmill.folder, 'plain');
    write(plain, 'wmill.yaml', settings);
    await run(plain, 'sync', 'pull', '--yes', '--plain-secrets');
    assert.match(readFileSync(join(plain, path), 'utf8'), /value: top-s3cret/);
    const read = await server.op('variables.getValue', { path: 'f/examples/pw' });
    assert.equal(read.body, 'top-s3cret');
  });

  it('brings a new key up, with the secrets under it', async () => {
    write(copy, 'encryption_key.yaml', `${'0f'.repeat(32)}\n`);
    await run(copy, 'sync', 'push', '--yes');
    assert.equal((await server.op('variables.exportKey')).body.key, '0f'.repeat(32));
    const read = await server.op('variables.getValue', { path: 'f/examples/pw' });
    assert.equal(read.body, 'top-s3cret');
    await run(copy, 'sync', 'pull', '--yes');
  });

  it('brings changes and removals up', async () => {
    write(copy, 'f/team/plain.variable.yaml', 'value: red\nis_secret: false\ndescription: x\n');
    for (const gone of ['sh.sh', 'sh.script.yaml', 'etl__flow', 'board__app']) {
      rmSync(join(copy, 'f/team', gone), { recursive: true });
    }
    await run(copy, 'sync', 'push', '--yes');
    assert.equal((await server.op('variables.getValue', { path: 'f/team/plain' })).body, 'red');
    for (const [name, path] of [
      ['scripts.exists', 'f/team/sh'],
      ['flows.exists', 'f/team/etl'],
      ['apps.exists', 'f/team/board'],
    ] as const) {
      assert.equal((await server.op(name, { path })).body, false, path);
    }
    assert.match(await run(copy, 'sync', 'push', '--dry-run'), nothingToDo);
  });

  it('gives nobody more than they may read', async () => {
    const login = await server.op('session.login', {
      email: 'ann@example.com',
      password: 'correct horse battery',
    });
    const path = '/api/w/test/workspaces/tarball?archive_type=tar&plain_secret=true';
    const answer = await server.fetch(path, { token: login.body.token });
    assert.equal(answer.status, 200);
    const archive = await answer.text();
    assert.match(archive, /f\/team\/add\.script\.json/);
    assert.doesNotMatch(archive, /top-s3cret/);
    assert.equal((await server.fetch(path, { token: null })).status, 401);
    const nowhere = path.replace('/test/', '/nowhere/');
    assert.equal((await server.fetch(nowhere, { token: login.body.token })).status, 403);
    const zip = await server.fetch(path.replace('type=tar', 'type=zip'));
    assert.equal(zip.status, 400);
    assert.match(await zip.text(), /Invalid Archive Type/);
  });
});
