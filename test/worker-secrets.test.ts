// A worker process of its own, as far as secrets go: it resolves what arguments refer to with the
// master key that it was given, masks what it resolved, and fails the job clearly without the key.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLog, readConfig } from '../src/base/index.ts';
import { startWorker } from '../src/server.ts';
import { type FreshDatabase, freshDatabase } from './kit/database.ts';
import { startTestServer, type TestServer } from './kit/server.ts';

const masterKey = 'ab'.repeat(32);
const secret = 'hunter2-and-then-some';

/** Prints what it fetches at once, and goes on writing. */
const fetches = `export async function main() {
  const { BASE_INTERNAL_URL: base, WM_TOKEN: token, WM_WORKSPACE: workspace } = process.env;
  const address = base + '/api/w/' + workspace + '/variables/get_value/u/owner/pw';
  const answer = await fetch(address, { headers: { authorization: 'Bearer ' + token } });
  const secret = await answer.json();
  console.log('fetched', secret);
  await new Promise((done) => setTimeout(done, 300));
  console.log('again', JSON.stringify({ secret }));
  return secret.length;
}`;

describe('a worker of its own', () => {
  let database: FreshDatabase;
  let server: TestServer;
  let folder: string;

  before(async () => {
    database = await freshDatabase();
    folder = await mkdtemp(join(tmpdir(), 'millrace-worker-'));
    server = await startTestServer({
      MILLRACE_DATABASE_URL: database.url,
      MILLRACE_WORKER_SLOTS: '0',
      MILLRACE_MASTER_KEY: masterKey,
    });
    const made = [
      await server.op('variables.create', { path: 'u/owner/pw', value: secret, isSecret: true }),
      await server.op('scripts.create', {
        path: 'u/owner/echo',
        language: 'bun',
        content: 'export const main = (a: string) => { console.log(a); return a.length }',
      }),
      await server.op('scripts.create', {
        path: 'u/owner/fetches',
        language: 'bun',
        content: fetches,
      }),
    ];
    assert.deepEqual(
      made.map(({ status }) => status),
      [200, 200, 200],
      JSON.stringify(made),
    );
  });
  after(async () => {
    await server.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the script on a worker with this key. */
  async function runOn(env: Record<string, string>, path = 'u/owner/echo') {
    const config = readConfig({
      MILLRACE_DATABASE_URL: database.url,
      MILLRACE_DATA: folder,
      MILLRACE_BASE_URL: server.origin,
      MILLRACE_WORKER_SLOTS: '1',
      ...(process.env['MILLRACE_SANDBOX']
        ? { MILLRACE_SANDBOX: process.env['MILLRACE_SANDBOX'] }
        : {}),
      ...env,
    });
    const worker = await startWorker(config, { log: createLog('error', () => undefined) });
    try {
      const args = { a: '$var:u/owner/pw' };
      const run = await server.op('jobs.runWait', { path, args });
      const logs = await server.op('jobs.logs', { id: run.body.id });
      return { ...run.body, logs: logs.body.logs };
    } finally {
      await worker.stop();
    }
  }

  it('resolves and masks with the right key', async () => {
    const run = await runOn({ MILLRACE_MASTER_KEY: masterKey });
    assert.equal(run.result, secret.length, JSON.stringify(run));
    assert.equal(run.logs, 'hun*****\n');
  });

  it('masks what the job fetches through the server', async () => {
    const run = await runOn({ MILLRACE_MASTER_KEY: masterKey }, 'u/owner/fetches');
    assert.equal(run.result, secret.length, JSON.stringify(run));
    assert.equal(run.logs, 'fetched hun*****\nagain {"secret":"hun*****"}\n');
  });

  it('fails the job in words without it', async () => {
    for (const [env, words] of [
      [{}, /master key is missing.*MILLRACE_MASTER_KEY/],
      [{ MILLRACE_MASTER_KEY: 'cd'.repeat(32) }, /not the one.*MILLRACE_MASTER_KEY/],
    ] as const) {
      const run = await runOn(env);
      assert.equal(run.success, false);
      assert.equal(run.result.error.name, 'ArgumentErr');
      assert.match(run.result.error.message, words);
    }
  });
});
