// Jobs that resolve imports while they run: from a registry that does not answer, so that they
// can be opened, followed and canceled, by who deploys, by who asks for a lock, and after kill -9.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type FakeRegistry, startFakeRegistry } from '../kit/npm-registry.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('a dependency job that runs', () => {
  let server: TestServer;
  let registry: FakeRegistry;
  before(async () => {
    registry = await startFakeRegistry();
    server = await startTestServer({ NPM_CONFIG_REGISTRY: registry.url });
  });
  after(async () => {
    await server?.stop();
    await registry?.close();
  });

  const source = (name: string) => ({
    path: `f/examples/${name}`,
    language: 'bun',
    content: `import one from '${name}';\nexport const main = () => one;`,
  });

  /** The running job of a path, once its log says what it resolves. */
  async function running(path: string): Promise<string> {
    for (;;) {
      const { body } = await server.op('jobs.listQueue', { scriptPathExact: path });
      const id: string | undefined = body[0]?.id;
      if (id === undefined) continue;
      let logs = '';
      while (!logs.includes('to resolve')) {
        const { body: news } = await server.op('jobs.update', {
          id,
          logOffset: logs.length,
          holdMs: 5000,
        });
        logs += news.newLogs ?? '';
      }
      return id;
    }
  }

  test('a deploy’s can be opened and canceled; nothing is deployed', async () => {
    registry.hangs = true;
    const wanted = source('test-hangs');
    const deploying = server.op('scripts.create', wanted);
    const id = await running(wanted.path);
    const { body: job } = await server.op('jobs.get', { id });
    assert.deepEqual(
      [job.type, job.running, job.jobKind, job.scriptPath],
      ['QueuedJob', true, 'dependencies', wanted.path],
    );
    assert.equal((await server.op('jobs.cancel', { id, reason: 'too slow' })).status, 200);
    const answer = await deploying;
    assert.notEqual(answer.status, 200);
    assert.equal(answer.body.error.code, 'canceled');
    assert.equal(answer.body.error.details.job, id);
    const { body: over } = await server.op('jobs.wait', { id });
    assert.equal(over.success, false);
    assert.equal(over.result.error.name, 'Canceled');
    assert.equal((await server.op('scripts.exists', { path: wanted.path })).body, false);
    assert.equal((await server.op('jobs.run', { path: wanted.path })).status, 404);
  });

  test('a flow’s is one job for all its modules, and canceling it stores no flow', async () => {
    registry.hangs = true;
    const { path, language, content } = source('test-flow');
    const code = { type: 'rawscript', language, content, input_transforms: {} };
    const modules = ['a', 'b'].map((id) => ({ id, value: code }));
    const deploying = server.op('flows.create', { path, value: { modules } });
    const id = await running(path);
    const { body: job } = await server.op('jobs.get', { id });
    assert.deepEqual([job.jobKind, job.running], ['flowdependencies', true]);
    await server.op('jobs.cancel', { id });
    const answer = await deploying;
    assert.equal(answer.body.error.code, 'canceled');
    assert.equal(answer.body.error.details.job, id);
    assert.equal((await server.op('flows.exists', { path })).body, false);
  });

  test('a lock that is asked for waits in the queue, runs and can be canceled', async () => {
    registry.hangs = true;
    const { path, ...wanted } = source('test-waits');
    const body = JSON.stringify({
      raw_scripts: [{ raw_code: wanted.content, language: 'bun', script_path: path }],
      entrypoint: path,
    });
    const headers = { 'content-type': 'application/json' };
    const address = '/api/w/test/jobs/run/dependencies_async';
    const asked = await server.fetch(address, { method: 'POST', headers, body });
    const id = await asked.text();
    assert.equal(asked.status, 201);
    assert.equal(await running(path), id);
    const open = await server.fetch(`/api/w/test/jobs_u/completed/get/${id}`);
    assert.equal(open.status, 404);
    await server.op('jobs.cancel', { id });
    const { body: over } = await server.op('jobs.wait', { id });
    assert.deepEqual([over.done, over.success], [true, false]);
    assert.equal(over.result.error.name, 'Canceled');
    assert.doesNotMatch(JSON.stringify(over.result), /"lock"/);
  });

  test('one that is force-canceled deploys nothing either', async () => {
    registry.hangs = true;
    const wanted = source('test-forced');
    const deploying = server.op('scripts.create', wanted);
    const id = await running(wanted.path);
    await server.op('jobs.cancel', { id, force: true });
    assert.equal((await deploying).body.error.code, 'canceled');
    assert.equal((await server.op('scripts.exists', { path: wanted.path })).body, false);
  });
});
