// Scripts with npm packages: resolving, locking, caching, and packages that mean no good. Runs on a
// registry of its own; the last test uses the real one.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runBundle } from '../../../test/kit/bundle.ts';
import { type FakeRegistry, startFakeRegistry } from '../../../test/kit/npm-registry.ts';
import { AppError, createLog, readConfig } from '../../base/index.ts';
import { openSandbox } from '../sandbox/index.ts';
import { type Builder, type BuildRequest, type Built, createBuilder } from './index.ts';

const log = createLog('error');
const folder = await mkdtemp(join(tmpdir(), 'millrace-packages-test-'));
const dataFolder = join(folder, 'data');
// As root, only what everybody may enter is built inside the sandbox.
await chmod(folder, 0o755);
const sandbox = await openSandbox({ mode: readConfig().sandbox, log });
const builders: Builder[] = [];
let registry: FakeRegistry;
let shared: Builder | undefined;

/** A builder that remembers nothing of earlier resolutions, on the same cache. */
function newBuilder(environment: Record<string, string> = {}): Builder {
  const settings = { NPM_CONFIG_REGISTRY: registry.url, ...environment };
  const builder = createBuilder({ dataFolder, sandbox, log, environment: settings });
  builders.push(builder);
  return builder;
}

const plain = [
  { name: 'plain', version: '1.0.0', files: { 'index.js': 'export const version = "1.0.0"' } },
  { name: 'plain', version: '1.1.0', files: { 'index.js': 'export const version = "1.1.0"' } },
  { name: 'plain', version: '2.0.0', files: { 'index.js': 'export const version = "2.0.0"' } },
].map((one) => ({ ...one, manifest: { type: 'module' } }));

before(async () => {
  registry = await startFakeRegistry();
  for (const one of plain) await registry.publish(one);
  await registry.publish({
    name: '@scope/common',
    version: '3.0.0',
    files: {
      'lib/main.cjs':
        'const path = require("path"); const { helper } = require("./helper.cjs");' +
        'let optional; try { optional = require("not-installed") } catch { optional = "none" }' +
        'module.exports = { helper, optional, sep: path.sep, here: typeof __dirname }',
      'lib/helper.cjs': 'exports.helper = () => require("plain").version',
      'sub.mjs': 'export default "sub"',
    },
    manifest: {
      exports: { '.': './lib/main.cjs', './sub': './sub.mjs' },
      dependencies: { plain: '^1.0.0' },
    },
  });
});

after(async () => {
  for (const builder of builders) await builder.stop();
  await registry.close();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

function build(
  content: string,
  options: Partial<BuildRequest> & { builder?: Builder } = {},
): Promise<Built> {
  const { builder = (shared ??= newBuilder()), ...rest } = options;
  return builder.build({
    language: 'bun',
    content,
    path: 'f/app/main',
    lock: null,
    readScript: async () => undefined,
    signal: new AbortController().signal,
    ...rest,
  });
}

async function run(built: Built): Promise<unknown> {
  const { main } = await runBundle(built);
  return main();
}

const importing = (specifier: string): string =>
  `import * as x from '${specifier}'; export const main = () => x.version`;

test('installs what is imported, and bundles it', async () => {
  const content = `import common, { helper } from '@scope/common';
    import sub from '@scope/common/sub';
    import { version } from 'npm:plain@^1'; import { sep } from 'node:path';
    export async function main() {
      const { version: again } = await import('plain');
      return [helper(), common.optional, common.sep === sep, common.here, sub, version, again];
    }`;
  const built = await build(content);
  assert.deepEqual(await run(built), ['1.1.0', 'none', true, 'string', 'sub', '1.1.0', '1.1.0']);
  const [manifest, bunLock] = built.lock.split('\n//bun.lock\n');
  assert.deepEqual(JSON.parse(manifest ?? ''), {
    dependencies: { '@scope/common': 'latest', plain: '^1' },
  });
  assert.match(bunLock ?? '', /"plain": \["plain@1\.1\.0"/);
});

test('the client of the gateway stands beside packages, and is none', async () => {
  const built = await build(`import { millrace } from 'millrace'; import { version } from 'plain@1';
    export const main = () => [version, typeof millrace.jira.read];`);
  assert.deepEqual(await run(built), ['1.1.0', 'function']);
  assert.deepEqual(JSON.parse(built.lock.split('\n//bun.lock\n')[0] ?? ''), {
    dependencies: { plain: '1' },
  });
});

test('versions and ranges in the import', async () => {
  for (const [specifier, version] of [
    ['plain', '2.0.0'],
    ['plain@1.0.0', '1.0.0'],
    ['plain@^1.0.0', '1.1.0'],
    ['npm:plain@~1.0', '1.0.0'],
    ['plain@latest', '2.0.0'],
  ] as const) {
    assert.equal(await run(await build(importing(specifier))), version, specifier);
  }
});

test('a lock is honoured, also when the registry has moved on or is away', async () => {
  await registry.publish({ ...(plain[0] as (typeof plain)[0]), name: 'moving' });
  const first = await build(importing('moving'));
  await registry.publish({ ...(plain[2] as (typeof plain)[0]), name: 'moving' });
  const locked = await build(importing('moving'), { lock: first.lock });
  assert.deepEqual([await run(locked), locked.lock], ['1.0.0', first.lock]);
  assert.equal(locked.codeHash, first.codeHash);
  const anew = await build(importing('moving'), { builder: newBuilder() });
  assert.equal(await run(anew), '2.0.0');
  registry.asked.length = 0;
  const again = await build(importing('moving'), { lock: first.lock });
  assert.deepEqual(registry.asked, [], 'from the cache');
  assert.equal(await run(again), '1.0.0');
});

test('empty and foreign locks are resolved anew', async () => {
  for (const lock of ['', '{}', '{"version":"5","specifiers":{}}', '{}\n//bun.lockb\nAAAA']) {
    const built = await build(importing('plain'), { lock });
    assert.equal(await run(built), '2.0.0');
    assert.match(built.lock, /\/\/bun\.lock\n/);
  }
});

interface Refusal {
  says: string;
  content: string;
  message: RegExp;
  code?: string;
  lock?: string;
}

const lockOf = (packages: string, dependencies: object = { plain: '1.0.0' }): string =>
  `${JSON.stringify({ dependencies })}\n//bun.lock\n` +
  `{"lockfileVersion": 1, "workspaces": {"": {}}, ${packages}}`;

const refusals: Refusal[] = [
  {
    says: 'a package that does not exist',
    content: importing('no-such-package'),
    message: /^f\/app\/main imports "no-such-package", and there is no package no-such-package in/,
  },
  {
    says: 'a scoped package that does not exist',
    content: importing('@nobody/nothing/sub'),
    message: /imports "@nobody\/nothing\/sub", and there is no package @nobody\/nothing in/,
  },
  {
    says: 'a version that does not exist',
    content: importing('plain@9.9.9'),
    message: /imports "plain@9\.9\.9", and the registry has plain, but no version that matches/,
  },
  {
    says: 'which of several imports failed',
    content: `import 'plain'; import 'gone-package'; export const main = 1`,
    message: /imports "gone-package", and there is no package gone-package/,
  },
  {
    says: 'a part that the package does not have',
    content: importing('@scope/common/other'),
    message: /imports "@scope\/common\/other", which is not in the package @scope\/common/,
  },
  {
    says: 'a lock without the import',
    content: importing('plain'),
    lock: lockOf('"packages": {}', {}),
    message: /imports "plain", but the lock does not have it/,
  },
  {
    says: 'a lock with another version',
    content: importing('plain@2.0.0'),
    lock: lockOf('"packages": {}'),
    message: /but the lock has version "1\.0\.0" of it/,
  },
  {
    says: 'a lock that names a git address',
    content: importing('plain'),
    lock: lockOf('"packages": {"plain": ["plain@git+ssh://x/y", {}, "abc"]}'),
    message: /plain is not a package of the npm registry/,
  },
  {
    says: 'a lock that names a folder of the server',
    content: importing('plain'),
    lock: lockOf('"packages": {"plain": ["plain@file:../../etc", {}]}'),
    message: /plain is not a package of the npm registry/,
  },
  {
    says: 'a lock that names an address of its own',
    content: importing('plain'),
    lock: lockOf(
      '"packages": {"plain": ["plain@1.0.0", "http://10.0.0.1/x.tgz", {}, "sha512-AA=="]}',
    ),
    message: /does not come from the npm registry/,
  },
  {
    says: 'a lock with a path for a version',
    content: importing('plain'),
    lock: lockOf('"packages": {}', { plain: 'file:/etc' }),
    message: /plain has no version of the npm registry/,
  },
  {
    says: 'a lock that patches',
    content: importing('plain'),
    lock: lockOf('"patchedDependencies": {"plain@1.0.0": "/etc/passwd"}'),
    message: /"patchedDependencies" is not supported/,
  },
  {
    says: 'a lock that does not fit its package.json',
    content: importing('plain'),
    lock: lockOf('"packages": {}'),
    message: /the lock does not fit/,
  },
  {
    says: 'a lock that is broken',
    content: importing('plain'),
    lock: '{"dependencies": \n//bun.lock\n{',
    message: /package\.json does not parse/,
  },
];

for (const { says, content, message, lock, code } of refusals) {
  test(`says clearly: ${says}`, async () => {
    await assert.rejects(build(content, { lock: lock ?? null }), (error: unknown) => {
      assert.ok(error instanceof AppError, String(error));
      assert.equal(error.code, code ?? 'unprocessable');
      assert.match(error.message, message);
      assert.ok(error.hint);
      return true;
    });
  });
}

test('says clearly when the registry is away or wants a token', async () => {
  const away = newBuilder({ NPM_CONFIG_REGISTRY: 'http://127.0.0.1:9' });
  await assert.rejects(build(importing('plain@1'), { builder: away }), {
    code: 'unavailable',
    message: /imports "plain@1", and the npm registry cannot be reached/,
  });
  registry.token = 'registry-secret-token';
  try {
    await assert.rejects(build(importing('plain@>=1')), {
      code: 'unprocessable',
      message: /the registry refuses access to it/,
    });
    const npmrc = join(folder, 'user.npmrc');
    const { host } = new URL(registry.url);
    await writeFile(npmrc, `//${host}/:_authToken=\${REGISTRY_TOKEN}\nprefix=/tmp\n`);
    const builder = newBuilder({
      NPM_CONFIG_USERCONFIG: npmrc,
      REGISTRY_TOKEN: registry.token,
    });
    assert.equal(await run(await build(importing('plain@>=1'), { builder })), '2.0.0');
  } finally {
    registry.token = null;
  }
});

test('builds that want the same share one install, and one may leave', async () => {
  await registry.publish({ ...(plain[0] as (typeof plain)[0]), name: 'shared' });
  const builder = newBuilder();
  registry.asked.length = 0;
  const abort = new AbortController();
  const leaving = build(importing('shared'), { builder, signal: abort.signal });
  const staying = [
    build(importing('shared'), { builder }),
    build(importing('shared'), { builder }),
  ];
  abort.abort();
  await assert.rejects(leaving, { code: 'canceled' });
  for (const built of await Promise.all(staying)) assert.equal(await run(built), '1.0.0');
  assert.equal(registry.asked.filter((path) => path.endsWith('.tgz')).length, 1);
  // Two servers on one data folder.
  const lock = (await staying[0])?.lock ?? null;
  await rm(join(dataFolder, 'cache'), { recursive: true });
  const both = [newBuilder(), newBuilder()].map((one) =>
    build(importing('shared'), { builder: one, lock }),
  );
  for (const built of await Promise.all(both)) assert.equal(await run(built), '1.0.0');
});

test('a cancel ends an install that hangs, and leaves nothing behind', async () => {
  registry.hangs = true;
  registry.asked.length = 0;
  const abort = new AbortController();
  const hanging = build(importing('plain@1.x'), { signal: abort.signal });
  while (registry.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  await assert.rejects(hanging, { code: 'canceled' });
  registry.hangs = false;
  assert.equal(await run(await build(importing('plain@1.x'))), '1.1.0');
});

test('keeps complete sets only, and no secret of the registry', async () => {
  const root = join(dataFolder, 'cache', 'packages');
  const sets = await readdir(root);
  assert.ok(sets.length > 0);
  for (const name of sets) {
    assert.match(name, /^[0-9a-f]{64}$/);
    const kept = (await readdir(join(root, name))).toSorted();
    assert.deepEqual(kept, ['bun.lock', 'node_modules', 'package.json']);
    assert.doesNotMatch(await readFile(join(root, name, 'bun.lock'), 'utf8'), /secret/);
  }
});

test('install scripts of packages do not run', async () => {
  const trace = join(folder, 'trace');
  const command = `touch ${trace}; touch ./trace`;
  await registry.publish({
    name: 'scripted',
    version: '1.0.0',
    files: { 'index.js': 'exports.version = "1.0.0"' },
    manifest: { scripts: { preinstall: command, install: command, postinstall: command } },
  });
  const built = await build(importing('scripted'));
  assert.equal(await run(built), '1.0.0');
  assert.equal(existsSync(trace), false);
});

/** Without a sandbox the file is seen, and refused. */
const beside = /a file (outside of its own folder|that does not come with it)/;

interface Hostile {
  says: string;
  file: string;
  message: RegExp;
  manifest?: Record<string, unknown>;
  files?: Record<string, string>;
}

const hostile: Hostile[] = [
  {
    says: 'reads a file beside itself',
    file: `exports.version = require('../../../../../../secret.json')`,
    message: beside,
  },
  {
    says: 'reads a file by its absolute path',
    file: `exports.version = require('${folder}/secret.json')`,
    message: beside,
  },
  {
    says: 'uses a package of the server that it does not depend on',
    file: `import { version } from 'ghost'; export { version }`,
    manifest: { type: 'module' },
    message: /The package hostile imports "ghost", which is not installed with it/,
  },
  {
    says: 'depends on a folder of the server',
    file: 'exports.version = 1',
    manifest: { dependencies: { local: `file:${folder}` } },
    message: /hostile|local/,
  },
  {
    says: 'is compiled code',
    file: `exports.version = require('./build/thing.node')`,
    files: { 'build/thing.node': 'ELF' },
    message: /The package hostile holds compiled code \(\.node\), which cannot be bundled/,
  },
  {
    says: 'does not parse',
    file: 'exports.version = (1 +;',
    message: /The package hostile cannot be bundled/,
  },
  {
    says: 'crashes the bundler',
    file: `exports.version = ${'('.repeat(600_000)}1`,
    message: /The bundler crashed on this code/,
  },
];

test('packages that mean no good end nothing but their own build', async (t) => {
  await mkdir(join(folder, 'node_modules', 'ghost'), { recursive: true });
  await writeFile(join(folder, 'node_modules', 'ghost', 'index.js'), 'export const version = 1');
  await writeFile(join(folder, 'secret.json'), '"secret"');
  let version = 0;
  for (const { says, file, message, manifest, files } of hostile) {
    await t.test(says, async () => {
      version += 1;
      const made = {
        name: 'hostile',
        version: `${version}.0.0`,
        files: { 'index.js': file, ...files },
      };
      await registry.publish({ ...made, manifest: manifest ?? {} });
      const bad = build(importing(`hostile@${version}.0.0`));
      const good = build('export const main = () => 1');
      await assert.rejects(bad, (error: unknown) => {
        assert.ok(error instanceof AppError, String(error));
        assert.match(error.message, message);
        assert.doesNotMatch(JSON.stringify([error.message, error.hint]), /secret"/);
        return true;
      });
      assert.equal(await run(await good), 1);
    });
  }
});

test('warns of compiled code that is looked for when it runs', async () => {
  await registry.publish({
    name: 'node-gyp-build',
    version: '4.0.0',
    files: { 'index.js': 'module.exports = () => { throw new Error("no build") }' },
  });
  await registry.publish({
    name: 'addon',
    version: '1.0.0',
    files: { 'index.js': 'exports.version = "js"; try { require("node-gyp-build")() } catch {}' },
    manifest: { dependencies: { 'node-gyp-build': '^4' } },
  });
  const built = await build(importing('addon'));
  assert.equal(await run(built), 'js');
  assert.match(built.warnings.join(), /^addon loads compiled code \(through node-gyp-build\)/);
});

test('the real registry: lodash-es, zod, date-fns and windmill-client', async (t) => {
  const builder = createBuilder({ dataFolder, sandbox, log });
  builders.push(builder);
  const content = `import { chunk } from 'lodash-es'; import { z } from 'zod@^4';
    import { addDays } from 'date-fns'; import * as wmill from 'windmill-client';
    export async function main() {
      const day = addDays(new Date(0), 1).toISOString().slice(0, 10);
      return [chunk([1, 2, 3], 2), z.number().parse(4), day, typeof wmill.getResource];
    }`;
  let built: Built;
  try {
    built = await build(content, { builder });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unavailable') throw error;
    t.diagnostic('the npm registry cannot be reached from here');
    return;
  }
  assert.deepEqual(await run(built), [[[1, 2], [3]], 4, '1970-01-02', 'function']);
});
