// Scripts that only somebody's own files hold: kept for a day, imported by previews and locks
// before what is deployed, by Windmill's routes and by its real command line.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { openWmill, type Wmill } from '../kit/wmill.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const deployed = 'export const word = () => "deployed";\n';
const local = 'export const word = () => "local";\n';
const importing = `import { word } from './word.ts';\nexport const main = () => word();\n`;
const inFlow = importing.replace('./word.ts', '../word.ts');

describe('local scripts', () => {
  let server: TestServer;
  let wmill: Wmill;
  before(async () => {
    server = await startTestServer();
    wmill = openWmill();
    const path = 'f/examples/word';
    await server.op('scripts.create', { path, language: 'bun', content: deployed });
  });
  after(async () => {
    await server?.stop();
    wmill?.remove();
  });

  const post = (address: string, body: unknown, token?: string) =>
    server.fetch(`/api/w/test/${address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(token === undefined ? {} : { token }),
    });

  it('are told from what is deployed, and stored under their hash', async () => {
    const scripts = {
      'f/examples/word': sha256(deployed),
      'f/examples/nowhere': sha256(local),
    };
    const same = await post('scripts/raw_temp/diff', { scripts, workspace_deps: [] });
    assert.deepEqual(await same.json(), ['f/examples/nowhere']);
    const changed = { 'f/examples/word': sha256(local) };
    const differing = await post('scripts/raw_temp/diff', { scripts: changed });
    assert.deepEqual(await differing.json(), ['f/examples/word']);
    const stored = await post('scripts/raw_temp/store', local);
    assert.equal(stored.status, 200);
    assert.equal(await stored.text(), sha256(local));
    assert.equal((await post('scripts/raw_temp/store', { content: local })).status, 400);
    const reader = await server.tokenWith(['scripts:read']);
    assert.equal((await post('scripts/raw_temp/store', local, reader)).status, 403);
    const deps = [{ path: 'dependencies/package.json', language: 'bun', hash: 'x' }];
    const refused = await post('scripts/raw_temp/diff', { scripts, workspace_deps: deps });
    assert.equal(refused.status, 501);
  });

  it('are what previews and locks import, and nothing else does', async () => {
    await post('scripts/raw_temp/store', local);
    const refs = { 'f/examples/word': sha256(local) };
    const preview = { content: importing, language: 'bun', path: 'f/examples/says', args: {} };
    const run = async (body: object) =>
      (await post('jobs/run_wait_result/preview', { ...preview, ...body })).json();
    assert.equal(await run({ temp_script_refs: refs }), 'local');
    assert.equal(await run({}), 'deployed');
    const value = {
      modules: [
        {
          id: 'a',
          value: { type: 'rawscript', language: 'bun', content: inFlow, input_transforms: {} },
        },
      ],
    };
    const flow = { value, path: 'f/examples/flow', args: {}, temp_script_refs: refs };
    const asked = await post('jobs/run_wait_result/preview_flow', flow);
    assert.equal(await asked.json(), 'local');

    const broken = `import 'test-nowhere';\n${local}`;
    const hash = await (await post('scripts/raw_temp/store', broken)).text();
    const lock = {
      raw_scripts: [{ raw_code: importing, language: 'bun', script_path: 'f/examples/says' }],
      entrypoint: 'f/examples/says',
    };
    const plain = await post('jobs/run/dependencies', lock);
    assert.deepEqual(await plain.json(), { lock: '' });
    const gone = { ...lock, temp_script_refs: { 'f/examples/word': sha256('never stored') } };
    const missing = (await (await post('jobs/run/dependencies', gone)).json()) as any;
    assert.match(missing.error.message, /f\/examples\/word .* is not stored here/);
    assert.notEqual(hash, sha256(local));
  });

  it('are what the command line previews', async () => {
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(wmill.folder, path)), { recursive: true });
      writeFileSync(join(wmill.folder, path), text);
    };
    const profile = ['workspace', 'add', 'here', 'test', server.origin, '--token', server.token];
    assert.equal((await wmill.run(profile)).code, 0);
    write('wmill.yaml', 'defaultTs: bun\nincludes: ["**"]\nnonDottedPaths: true\n');
    write('f/examples/word.ts', local);
    write('f/examples/says.ts', importing);
    const { out, code } = await wmill.run(['script', 'preview', 'f/examples/says.ts', '-d', '{}']);
    assert.equal(code, 0, out);
    assert.match(out, /local/);
    assert.doesNotMatch(out, /deployed script versions/);
    const got = await server.op('scripts.get', { path: 'f/examples/word' });
    assert.equal(got.body.content, deployed);
  });
});
