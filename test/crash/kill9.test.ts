// A server killed with -9 in the middle of runs: what it acknowledged is kept, what ran is marked
// and run again or failed as the script says, and nothing is left behind.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ownerToken,
  type ServerProcess,
  startOwned,
  temporaryFolder,
} from '../kit/spawned-server.ts';

describe('kill -9 of the server', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let token = '';

  const start = () => startOwned(folder.path);

  async function op(name: string, input: unknown = {}): Promise<{ status: number; body: any }> {
    const response = await fetch(`${server.origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    return { status: response.status, body: await response.json() };
  }

  async function login(): Promise<void> {
    token = await ownerToken(server.origin);
  }

  before(async () => {
    server = await start();
    await login();
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  it('keeps results, reruns or fails what ran, and loses nothing acknowledged', async () => {
    const slow = `export async function main(mark: string) {
      console.log('begun', mark);
      await new Promise((done) => setTimeout(done, 3000));
      return mark;
    }`;
    await op('folders.create', { name: 'crash' });
    const rows = { path: 'f/crash/again', language: 'bun', content: slow };
    assert.equal((await op('scripts.create', rows)).status, 200);
    const once = { ...rows, path: 'f/crash/once', rerunOnCrash: false };
    assert.equal((await op('scripts.create', once)).status, 200);

    const done = await op('jobs.runWait', { path: 'f/examples/hello', args: { name: 'kept' } });
    const again = await op('jobs.run', { path: 'f/crash/again', args: { mark: 'again' } });
    const failed = await op('jobs.run', { path: 'f/crash/once', args: { mark: 'once' } });
    const queued = await op('jobs.run', { path: 'f/examples/hello', tag: 'nobody' });
    for (const id of [again.body.id, failed.body.id]) {
      let log = '';
      while (!log.includes('begun')) {
        log += (await op('jobs.update', { id, holdMs: 5000 })).body.newLogs;
      }
    }

    await server.kill9();
    server = await start();

    const kept = await op('jobs.get', { id: done.body.id });
    assert.equal(kept.body.result.greeting, 'Hello, kept.');
    const waiting = await op('jobs.get', { id: queued.body.id });
    assert.equal(waiting.body.type, 'QueuedJob');
    const rerun = await op('jobs.wait', { id: again.body.id });
    assert.deepEqual([rerun.body.success, rerun.body.result], [true, 'again']);
    const logs = await op('jobs.logs', { id: again.body.id });
    assert.match(
      logs.body.logs,
      /begun again\n--- the worker is gone; attempt 2 begins ---\nbegun again/,
    );
    const dead = await op('jobs.wait', { id: failed.body.id });
    assert.deepEqual([dead.body.success, dead.body.result.error.name], [false, 'WorkerDied']);
  });

  it('acknowledged jobs survive a kill in mid-burst', async () => {
    const ids: string[] = [];
    const burst = Array.from({ length: 40 }, async (_, n) => {
      const run = await op('jobs.run', { path: 'f/examples/hello', args: { name: `n${n}` } });
      if (run.status === 200) ids.push(run.body.id);
      if (ids.length === 20) await server.kill9();
    });
    await Promise.allSettled(burst);
    assert.ok(ids.length >= 20);
    server = await start();
    for (const id of ids) {
      const outcome = await op('jobs.wait', { id });
      assert.deepEqual([outcome.body.done, outcome.body.success], [true, true], id);
    }
  });

  it('drains on SIGTERM and ends with 0', async () => {
    const running = op('jobs.previewWait', {
      language: 'bun',
      content:
        'export const main = () => new Promise((done) => setTimeout(() => done("whole"), 500))',
    });
    let started = false;
    while (!started) {
      const queue = await op('jobs.listQueue', {});
      started = queue.body.some((job: { running: boolean }) => job.running);
    }
    const code = await server.stop();
    assert.equal(code, 0);
    assert.equal((await running).body.result, 'whole');
    server = await start();
  });
});
