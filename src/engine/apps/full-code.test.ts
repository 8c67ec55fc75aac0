// Full-code apps on a whole server: files are bundled with their npm packages, tried, and refused
// with file, line and column, or because nothing is ever shown.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type FakeRegistry, startFakeRegistry } from '../../../test/kit/npm-registry.ts';
import { startTestServer, type TestServer } from '../../../test/kit/server.ts';

type Json = Record<string, any>;

const mount = "document.getElementById('root')!.append('hello');";

describe('full-code apps', () => {
  let server: TestServer;
  let registry: FakeRegistry;
  let tried = 0;

  async function op(name: string, input: unknown): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  async function refused(files: Json, more: Json = {}): Promise<string> {
    tried += 1;
    const path = `f/examples/bad${tried}`;
    const { body } = await server.op('apps.create', { path, value: { files, ...more } });
    assert.equal(body.error?.code, 'invalid_input', JSON.stringify(body));
    assert.equal(await op('apps.exists', { path }), false);
    return body.error.message;
  }

  before(async () => {
    registry = await startFakeRegistry();
    await registry.publish({
      name: 'tiny-view',
      version: '1.0.0',
      files: {
        'index.js': `import { need } from 'tiny-core'; import 'fs';
          export const show = (text) => need(document.querySelector('#root')).append(text);`,
        'style.css': '.tiny { color: red }',
      },
      manifest: { type: 'module', dependencies: { 'tiny-core': '^1.0.0' } },
    });
    await registry.publish({
      name: 'tiny-view',
      version: '2.0.0',
      files: { 'index.js': 'export const show = () => undefined;' },
      manifest: { type: 'module' },
    });
    await registry.publish({
      name: 'tiny-core',
      version: '1.0.0',
      files: { 'index.js': 'exports.need = (node) => node;' },
    });
    server = await startTestServer({ NPM_CONFIG_REGISTRY: registry.url });
  });
  after(async () => {
    await server.stop();
    await registry.close();
  });

  it('are bundled, tried and stored', async () => {
    const path = 'f/examples/full';
    const value = {
      files: {
        '/index.tsx': `import { greet } from './lib/greet'; import './style.css';
          import { backend } from './wmill';
          window.addEventListener('DOMContentLoaded', () => {
            const root: HTMLElement = document.getElementById('root')!;
            root.innerHTML = '<p class="x">' + greet('you') + '</p>';
            root.onclick = () => backend.add({ a: 1 });
          });`,
        '/lib/greet.ts': 'export const greet = (name: string) => `hello ${name}`;',
        '/style.css': '.x { color: blue; background: url(https://example.com/x.png) }',
        '/tsconfig.json': '{ /* with a comment */ }',
      },
      runnables: {
        add: {
          type: 'inline',
          inlineScript: { language: 'bun', content: 'export const main = (a: number) => a + 1' },
        },
      },
    };
    const made = await op('apps.create', { path, value });
    assert.deepEqual(made.warnings, []);
    const read = await op('apps.get', { path });
    assert.deepEqual([read.rawApp, read.value], [true, value]);
    assert.match(read.bundleSecret, /^\w{32}$/);
    assert.match(
      Object.keys(read.policy.triggerables_v2).join(' '),
      /^add:rawscript\/[0-9a-f]{64}$/,
    );
    const [row] = await op('apps.list', { pathExact: path });
    assert.deepEqual([row.rawApp, 'bundleSecret' in row], [true, false]);
    const meta = await op('apps.update', { path, policy: { execution_mode: 'viewer' } });
    assert.equal(meta.version, made.version);
    assert.equal((await op('apps.get', { path })).policy.execution_mode, 'viewer');
  });

  it('use npm packages in the versions that package.json asks for', async () => {
    const index = "import { show } from 'tiny-view'; import 'tiny-view/style.css'; show('hi');";
    const files = {
      '/index.ts': index,
      '/package.json': '{"dependencies":{"tiny-view":"^1.0.0","unused":"1.0.0"}}',
    };
    await op('apps.create', { path: 'f/examples/packages', value: { files } });
    const newest = await refused({ '/index.ts': "import { show } from 'tiny-view'; show('hi');" });
    assert.match(newest, /value\.files: the entry never mounts/);
    assert.equal(
      registry.asked.some((path) => path.startsWith('unused')),
      false,
    );
  });

  const cases: [string, Json, RegExp][] = [
    ['no files', {}, /^value\.files: a full-code app has files, such as \{"\/index\.tsx"/m],
    ['no entry', { '/App.tsx': mount }, /^value\.files: the app has no \/index\.tsx/m],
    ['a name without a slash', { 'index.ts': mount }, /^value\.files\["index\.ts"\]: the name/m],
    ['a name that climbs', { '/../x.ts': mount }, /^value\.files\["\/\.\.\/x\.ts"\]: the name/m],
    ['a file that is no text', { '/index.ts': { a: 1 } }, /"\/index\.ts"\]: a file is its text/],
    [
      'code that does not parse',
      { '/index.ts': `import './app';\n${mount}`, '/app.ts': 'const a = 1;\nlet = = 2;' },
      /^value\.files\["\/app\.ts"\]: line 2, column \d+: /m,
    ],
    [
      'an import of no file',
      { '/index.ts': `${mount}\nimport { x } from './Ap'; x();`, '/App.ts': '' },
      /^value\.files\["\/index\.ts"\]: line 2, column 19: there is no file for "\.\/Ap"/m,
    ],
    [
      'an export that is not there',
      {
        '/index.ts': `import { nope } from './a';\nnope(); ${mount}`,
        '/a.ts': 'export const a = 1;',
      },
      /No matching export in "app:\/a\.ts" for import "nope"/,
    ],
    [
      'a module of the server',
      { '/index.ts': `import fs from 'node:fs';\nfs.x; ${mount}` },
      /line 1, column 16: "node:fs" exists on servers only/,
    ],
    [
      'code from elsewhere',
      { '/index.ts': `import 'https://esm.sh/react';\n${mount}` },
      /line 1, column 8: "https:\/\/esm\.sh\/react" is loaded from elsewhere/,
    ],
    [
      'a package that is not there',
      { '/index.ts': `import 'there-is-none-of-this';\n${mount}` },
      /there-is-none-of-this/,
    ],
    [
      'a folder of the server as a package',
      { '/index.ts': mount, '/package.json': '{"dependencies":{"x":"file:/etc"}}' },
      /^value\.files\["\/package\.json"\]: dependencies\.x: "file:\/etc" is no version/m,
    ],
    [
      'a Svelte file',
      {
        '/index.ts': `import App from './App.svelte';\nApp(); ${mount}`,
        '/App.svelte': '<p>x</p>',
      },
      /\.svelte files are not compiled here/,
    ],
    [
      'an entry that never mounts',
      { '/index.tsx': 'export default function App() { return null }' },
      /^value\.files: the entry never mounts: it must put the app into <div id="root">/m,
    ],
    [
      'an entry that mounts nothing',
      { '/index.ts': "const root = document.getElementById('root'); void root;" },
      /the entry finds #root and puts nothing into it/,
    ],
    [
      'a global that a page has not',
      { '/index.tsx': `React.createElement('p'); ${mount}` },
      /the app fails before it shows anything: ReferenceError: React is not defined/,
    ],
    [
      'the root under another name',
      { '/index.ts': "document.getElementById('app')!.append('x');" },
      /fails before it shows anything: TypeError: Cannot read properties of null/,
    ],
    [
      'code that never gives way',
      { '/index.ts': 'for (;;) {}' },
      /^value\.files: The trial run of the app did not end/m,
    ],
    [
      'a runnable with an odd key',
      { '/index.ts': mount },
      /^value\.runnables\["a-b"\]: the key is the name that the code calls/m,
    ],
  ];
  for (const [what, files, expected] of cases) {
    it(`refuses ${what}`, async () => {
      const runnables = what === 'a runnable with an odd key' ? { 'a-b': {} } : {};
      assert.match(await refused(files, { runnables }), expected);
    });
  }

  it('see nothing of the server in the trial run', async () => {
    const probe = `const found: string[] = [];
      for (const name of ['process', 'require', 'Buffer', 'global']) {
        if (typeof (globalThis as any)[name] !== 'undefined') found.push(name);
      }
      import('node' + ':fs').then(
        (fs: any) => { throw new Error('read ' + fs.readdirSync('/').join()) },
        (error: unknown) => { throw new Error('found ' + found.join() + ' ' + String(error)) },
      );`;
    const message = await refused({ '/index.ts': probe });
    assert.doesNotMatch(message, /process|require|Buffer/);
    assert.doesNotMatch(message, /millrace-test|root,|home,root/);
  });

  it('may be shown only after a server has answered, and unmounted when that is said', async () => {
    const files = {
      '/index.ts': `import { backend } from './wmill';
        const root = document.getElementById('root')!;
        void backend.get({}).then((text: string) => root.append(text));`,
    };
    const waits = await op('apps.create', { path: 'f/examples/waits', value: { files } });
    assert.match(waits.warnings.join(), /nothing is shown before a server has answered/);
    const value = { files: { '/index.ts': 'console.log(1)' } };
    await op('apps.create', { path: 'f/examples/silent', value, allowUnmounted: true });
  });

  it('do not become low-code ones by accident', async () => {
    const path = 'f/examples/kind';
    const value = { files: { '/index.ts': mount } };
    await op('apps.create', { path, value });
    const input = { path, value: { grid: [] } };
    const { status, body } = await server.op('apps.update', input);
    assert.equal(status, 409);
    assert.match(body.error.message, /is a full-code app; this would make it a low-code one/);
    await op('apps.update', { ...input, allowKindChange: true });
    assert.equal((await op('apps.get', { path })).rawApp, false);
  });

  it('are brought by wmill, which builds them itself, as a multipart form', async () => {
    const path = 'f/examples/pushed';
    const value = { files: { '/index.ts': "import './App.svelte'", '/App.svelte': '<p>' } };
    const form = (js: string): FormData => {
      const made = new FormData();
      made.append('app', JSON.stringify({ path, value, summary: 'Pushed', policy: {} }));
      made.append('js', js);
      made.append('css', '.a{color:red}');
      return made;
    };
    const send = (address: string, body: FormData | string, headers: Record<string, string> = {}) =>
      server.fetch(`/api/w/test/apps/${address}`, { method: 'POST', body, headers });
    const made = await send('create_raw', form(mount.replace('!', '')));
    assert.deepEqual([made.status, await made.text()], [201, path]);
    const broken = await send(`update_raw/${path}`, form('const = 1'));
    assert.match(await broken.text(), /the app fails before it shows anything: SyntaxError/);
    const next = await send(`update_raw/${path}`, form("document.body.append('x')"));
    const deployed = (await next.json()) as Json;
    assert.deepEqual([next.status, deployed['path']], [200, path]);
    const type = { 'content-type': 'multipart/form-data; boundary=x' };
    assert.equal((await send('create_raw', 'no form at all', type)).status, 400);
    const file = form('');
    file.set('js', new Blob(["document.body.append('ä')"]), 'bundle.js');
    assert.equal((await send(`update_raw/${path}`, file)).status, 200);
    file.set('js', new Blob([Buffer.from([0x22, 0xff, 0x22])]), 'bundle.js');
    const bytes = await send(`update_raw/${path}`, file);
    assert.deepEqual([bytes.status, /js must be one text/.test(await bytes.text())], [400, true]);
    const noJson = new FormData();
    noJson.append('app', '{');
    assert.equal((await send('create_raw', noJson)).status, 400);
    assert.equal((await send('create', form(mount))).status, 415);
  });
});
