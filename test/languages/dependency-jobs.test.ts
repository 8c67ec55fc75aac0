// What deploying resolves is a job that people open: its lock, its log, its failure. For Bun, Deno
// and Python, from registries of the test, by the own REST and by Windmill's.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type FakeRegistry, startFakeRegistry } from '../kit/npm-registry.ts';
import { type PythonIndex, startPythonIndex } from '../kit/python-index.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('dependency jobs', () => {
  let server: TestServer;
  let registry: FakeRegistry;
  let index: PythonIndex;
  before(async () => {
    [registry, index] = await Promise.all([startFakeRegistry(), startPythonIndex()]);
    await registry.publish({
      name: 'test-twice',
      version: '1.2.0',
      files: { 'index.js': 'exports.twice = (n) => n * 2;' },
    });
    index.publish({ name: 'test-thrice', version: '3.1', files: { 'test_thrice.py': 'n = 3\n' } });
    server = await startTestServer({
      NPM_CONFIG_REGISTRY: registry.url,
      PIP_INDEX_URL: index.url,
    });
  });
  after(async () => {
    await server?.stop();
    await registry?.close();
    await index?.close();
  });

  const rows = [
    {
      language: 'bun',
      content: `import { twice } from 'test-twice';\nexport const main = () => twice(21);`,
      lock: /"test-twice": "latest"[^]*\n\/\/bun\.lock\n[^]*test-twice@1\.2\.0/,
      log: /to resolve: test-twice@latest/,
      result: 42,
    },
    {
      language: 'deno',
      content: `import { twice } from 'npm:test-twice@1.2.0';\nexport const main = () => twice(4);`,
      lock: /test-twice@1\.2\.0/,
      log: /to resolve: test-twice@1\.2\.0/,
      result: 8,
    },
    {
      language: 'python3',
      content: 'import test_thrice\ndef main():\n  return test_thrice.n',
      lock: /^# py: 3\.\d+\ntest-thrice==3\.1\n$/,
      log: /to resolve: test_thrice\n[^]*Successfully installed test.thrice-3\.1/,
      result: 3,
    },
  ];

  test('deploying keeps a job with the lock and what the installer said', async () => {
    for (const { language, content, lock, log, result } of rows) {
      const path = `f/examples/uses_${language}`;
      const made = await server.op('scripts.create', { path, language, content });
      assert.equal(made.status, 200, JSON.stringify(made.body));
      const address = `/api/w/test/scripts/deployment_status/h/${made.body.hash}`;
      const status = (await (await server.fetch(address)).json()) as any;
      assert.match(status.lock, lock);
      const { body: job } = await server.op('jobs.get', { id: status.job_id });
      assert.deepEqual(
        [job.jobKind, job.scriptPath, job.success, job.tag, job.result],
        ['dependencies', path, true, 'dependency', { lock: status.lock }],
      );
      const { body: logs } = await server.op('jobs.logs', { id: status.job_id });
      assert.match(logs.logs, log);
      assert.equal((await server.op('jobs.runWait', { path })).body.result, result);
      const again = await server.op('jobs.rerun', { id: status.job_id });
      assert.equal(again.status, 422);
    }
  });

  test('what cannot be resolved is refused, and its job says why', async () => {
    for (const [language, content, says] of [
      ['bun', `import 'test-nowhere';\nexport const main = () => 1;`, /no package test-nowhere/],
      ['python3', 'import test_nowhere\ndef main(): pass', /no such package or version/],
    ]) {
      const path = 'f/examples/nowhere';
      const made = await server.op('scripts.create', { path, language, content });
      assert.equal(made.status, 422, JSON.stringify(made.body));
      const { body: job } = await server.op('jobs.get', { id: made.body.error.details.job });
      assert.deepEqual([job.jobKind, job.success], ['dependencies', false]);
      assert.match(job.result.error.message, says as RegExp);
      assert.equal((await server.op('scripts.exists', { path })).body, false);
    }
  });

  test('what needs nothing, or does not parse, makes no job', async () => {
    const count = async () => {
      const { body } = await server.op('jobs.listCompleted', { perPage: 1000 });
      return body.filter((job: any) => job.jobKind === 'dependencies').length;
    };
    const known = await count();
    const path = 'f/examples/plain';
    const made = await server.op('scripts.create', {
      path,
      language: 'bun',
      content: 'export const main = () => 1;',
    });
    const status = await server.op('scripts.deploymentStatus', { hash: made.body.hash });
    assert.deepEqual(status.body, { lock: '', lockErrorLogs: null, jobId: null });
    await server.op('scripts.create', { path, language: 'bun', content: 'export const (' });
    assert.equal(await count(), known);
  });

  test('Windmill’s routes resolve code that is not deployed', async () => {
    const post = (name: string, body: object, token?: string) =>
      server.fetch(`/api/w/test/jobs/run/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        ...(token === undefined ? {} : { token }),
      });
    const scripts = (language: string, code: string) => ({
      raw_scripts: [{ raw_code: code, language, script_path: 'f/examples/local' }],
      entrypoint: 'f/examples/local',
    });
    const [bun] = rows;
    const id = await (await post('dependencies_async', scripts('bun', bun?.content ?? ''))).text();
    const resultOf = async (job: string) => (await server.op('jobs.wait', { id: job })).body;
    assert.match((await resultOf(id)).result.lock, bun?.lock ?? /never/);
    const { body: job } = await server.op('jobs.get', { id });
    assert.deepEqual([job.jobKind, job.tag], ['dependencies', 'dependency']);
    const none = await (await post('dependencies_async', scripts('bash', 'echo 1'))).text();
    assert.deepEqual((await resultOf(none)).result, { lock: '' });
    const failed = await (
      await post('dependencies_async', scripts('python3', 'import test_nowhere'))
    ).text();
    assert.equal((await resultOf(failed)).success, false);
    const [said] = [await server.op('jobs.logs', { id })];
    assert.match(said.body.logs, /to resolve: test-twice@latest/);
    const waited = await post('dependencies', scripts('bun', bun?.content ?? ''));
    assert.match(((await waited.json()) as any).lock, bun?.lock ?? /never/);
    const wrong = await post('dependencies', scripts('python3', 'import test_nowhere'));
    assert.match(((await wrong.json()) as any).error.message, /no such package or version/);
    const refs = { ...scripts('bun', ''), temp_script_refs: { 'f/x': 'abc' } };
    assert.equal((await post('dependencies_async', refs)).status, 400);
    const deps = { ...scripts('bun', ''), raw_workspace_dependencies: { a: 'b' } };
    assert.equal((await post('dependencies_async', deps)).status, 501);
    assert.equal((await post('dependencies_async', { raw_scripts: [] })).status, 400);
    const reader = await server.tokenWith(['scripts:read']);
    assert.equal((await post('dependencies_async', scripts('bun', ''), reader)).status, 403);
  });
});
