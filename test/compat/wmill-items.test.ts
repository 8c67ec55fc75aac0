// Windmill's published command line on everything that is no script, flow or job: each command
// that people use, on a whole server.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { openWmill, type Wmill } from '../kit/wmill.ts';

const settings = 'defaultTs: bun\nincludes: ["**"]\nnonDottedPaths: true\nsyncBehavior: v1\n';

describe('wmill', () => {
  let server: TestServer;
  let wmill: Wmill;

  async function run(...args: string[]): Promise<string> {
    const { code, out } = await wmill.run(args);
    assert.equal(code, 0, `wmill ${args.join(' ')}: ${out}`);
    return out;
  }
  /** Commands that only read, two at a time. */
  async function reads(rows: readonly [args: string[], shows: RegExp][]): Promise<void> {
    const queue = [...rows];
    const next = async (): Promise<void> => {
      for (let row = queue.shift(); row; row = queue.shift()) {
        assert.match(await run(...row[0]), row[1], row[0].join(' '));
      }
    };
    await Promise.all([next(), next()]);
  }
  function write(path: string, content: string): string {
    const file = join(wmill.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return path;
  }

  before(async () => {
    server = await startTestServer();
    wmill = openWmill();
    write('wmill.yaml', settings);
    const { workspace, origin, token } = server;
    await run('workspace', 'add', 'mine', workspace, origin, '--token', token);
  });
  after(async () => {
    wmill.remove();
    await server.stop();
  });

  it('makes a workspace, and goes from one to the other', async () => {
    const { origin, token } = server;
    const made = ['workspace', 'add', 'second', 'second', origin, '--token', token, '--create'];
    await run(...made);
    assert.match(await run('workspace', 'list-remote'), /second/);
    await run('workspace', 'switch', 'mine');
    assert.match(await run('workspace', 'list'), /Active: mine/);
    await run('workspace', 'remove', 'second');
    assert.doesNotMatch(await run('workspace', 'list'), /second/);
  });

  it('binds a folder, with the types of resources for the editor', async () => {
    const folder = join(wmill.folder, 'bound');
    mkdirSync(folder);
    for (const args of [
      ['init', '--use-default'],
      ['workspace', 'bind', '--workspace', 'mine'],
      ['init'],
    ]) {
      const { code, out } = await wmill.run(args, folder);
      assert.equal(code, 0, out);
    }
    assert.match(readFileSync(join(folder, 'rt.d.ts'), 'utf8'), /postgresql/i);
  });

  it('adds people and tokens, and takes them away', async () => {
    await run('user', 'add', 'bob@example.com', 'a long password');
    assert.match(await run('user'), /bob@example\.com/);
    await run('user', 'remove', 'bob@example.com');
    assert.doesNotMatch(await run('user'), /bob@example\.com/);
    assert.match(await run('user', 'create-token'), /Token: \S{20,}/);
    const token = (await run('token', 'create', '--label', 'laptop')).trim().split('\n').at(-1);
    const listed = await run('token', 'list');
    assert.match(listed, /laptop/);
    assert.ok(token && !listed.includes(token), 'a list shows no token');
    await run('token', 'delete', token.slice(0, 10));
    assert.doesNotMatch(await run('token', 'list'), /laptop/);
  });

  it('pushes and reads items of every kind', async () => {
    write('f/examples/db.resource.yaml', 'resource_type: postgresql\nvalue: {host: db.local}\n');
    await run('resource', 'push', 'f/examples/db.resource.yaml', 'f/examples/db');
    write('thing.resource-type.yaml', 'description: A thing\nschema: {type: object}\n');
    await run('resource-type', 'push', 'thing.resource-type.yaml', 'thing');
    write('f/examples/colour.variable.yaml', 'value: blue\nis_secret: false\ndescription: x\n');
    await run('variable', 'push', 'f/examples/colour.variable.yaml', 'f/examples/colour');
    await run('variable', 'add', 's3cret', 'f/examples/pw', '--plain-secrets');
    await run('folder', 'new', 'fresh');
    await run('folder', 'add-missing', '--yes');
    await run('folder', 'push', 'fresh');
    await run('group', 'create', 'ops', '--summary', 'Operations');
    await run('group', 'add-user', 'ops', 'owner');
    write(
      'f/examples/nightly.schedule.yaml',
      'schedule: 0 0 3 * * *\ntimezone: Europe/Berlin\nenabled: false\n' +
        'script_path: f/examples/hello\nis_flow: false\nargs: {}\n',
    );
    await run('schedule', 'push', 'f/examples/nightly.schedule.yaml', 'f/examples/nightly');
    await reads([
      [['resource', 'list'], /f\/examples\/db/],
      [['resource', 'get', 'f/examples/db'], /db\.local/],
      [['resource-type', 'list'], /thing/],
      [['resource-type', 'get', 'thing'], /A thing|object/],
      [['variable', 'list'], /f\/examples\/colour/],
      [['variable', 'get', 'f/examples/colour'], /blue/],
      [['folder', 'list'], /fresh/],
      [['folder', 'get', 'fresh'], /u\/owner/],
      [['folder', 'show-rules', 'fresh'], /no default_permissioned_as rules/],
      [['group', 'list'], /ops/],
      [['group', 'get', 'ops'], /owner/],
      [['schedule', 'list'], /f\/examples\/nightly/],
      [['schedule', 'get', 'f/examples/nightly'], /Europe\/Berlin|0 0 3/],
      [['app', 'list'], /path/i],
      [['trigger', 'list'], /Path/],
      [['workers'], /wk-default/],
      [['audit', 'list'], /users\.\w+/],
      [['trash', 'list'], /./],
      [['lint'], /Lint passed/],
    ]);
    assert.doesNotMatch(await run('variable', 'list'), /s3cret/);
    await run('schedule', 'enable', 'f/examples/nightly');
    assert.equal(
      (await server.op('schedules.get', { path: 'f/examples/nightly' })).body.enabled,
      true,
    );
    await run('schedule', 'disable', 'f/examples/nightly');
    await run('group', 'remove-user', 'ops', 'owner');
    await run('group', 'delete', 'ops');
    assert.match(await run('resource-type', 'generate-namespace'), /rt\.d\.ts/);
  });

  it('searches the documentation of this server', async () => {
    const { code, out } = await wmill.run(['docs', 'schedules']);
    assert.equal(code, 0, out);
    assert.match(out, /docs\/how-to\/schedules/);
  });
});
