// kill -9 while imports are resolved: a lock that was asked for is resolved again; a deploy is gone
// with its request, and its job says so.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type FakeRegistry, startFakeRegistry } from '../kit/npm-registry.ts';
import { type ServerProcess, startProcess, temporaryFolder } from '../kit/spawned-server.ts';

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };

describe('kill -9 while imports are resolved', () => {
  const folder = temporaryFolder();
  let registry: FakeRegistry;
  let server: ServerProcess;
  let token = '';

  async function start(): Promise<void> {
    server = await startProcess(folder.path, {
      MILLRACE_OWNER_EMAIL: owner.email,
      MILLRACE_OWNER_PASSWORD: owner.password,
      MILLRACE_WORKSPACE: 'test',
      NPM_CONFIG_REGISTRY: registry.url,
    });
  }

  async function op(name: string, input: unknown = {}): Promise<{ status: number; body: any }> {
    const response = await fetch(`${server.origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    return { status: response.status, body: await response.json() };
  }

  before(async () => {
    registry = await startFakeRegistry();
    await registry.publish({
      name: 'test-late',
      version: '1.0.0',
      files: { 'index.js': 'module.exports = 7;' },
    });
    await start();
    const response = await fetch(`${server.origin}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(owner),
    });
    token = await response.text();
  });
  after(async () => {
    await server?.stop();
    await registry?.close();
    folder.remove();
  });

  async function begun(id: string): Promise<void> {
    let logs = '';
    while (!logs.includes('to resolve')) {
      const { body } = await op('jobs.update', { id, logOffset: logs.length, holdMs: 5000 });
      logs += body.newLogs ?? '';
    }
  }

  it('locks are resolved again; a deploy fails clearly and leaves no script', async () => {
    registry.hangs = true;
    const content = `import late from 'test-late';\nexport const main = () => late;`;
    const source = { language: 'bun', content };
    const lock = await op('jobs.lockScript', { ...source, path: 'f/examples/locked' });
    await begun(lock.body.id);
    const path = 'f/examples/deployed';
    const deploying = op('scripts.create', { ...source, path }).catch(() => undefined);
    let deploy: string | undefined;
    while (deploy === undefined) {
      deploy = (await op('jobs.listQueue', { scriptPathExact: path })).body[0]?.id;
    }
    await begun(deploy);

    await server.kill9();
    registry.hangs = false;
    await deploying;
    await start();

    const again = await op('jobs.wait', { id: lock.body.id });
    assert.deepEqual([again.body.done, again.body.success], [true, true]);
    assert.match(again.body.result.lock, /test-late@1\.0\.0/);
    const logs = await op('jobs.logs', { id: lock.body.id });
    assert.match(logs.body.logs, /attempt 2 begins/);
    const gone = await op('jobs.wait', { id: deploy });
    assert.equal(gone.body.success, false);
    assert.match(gone.body.result.error.message, /worker died/);
    assert.equal((await op('scripts.exists', { path })).body, false);
    assert.equal((await op('scripts.create', { ...source, path })).status, 200);
    assert.equal((await op('jobs.runWait', { path })).body.result, 7);
  });
});
