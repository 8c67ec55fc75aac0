// A flow killed with -9 in the middle: it goes on from its last committed step after the restart,
// and no step that was over runs again.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ownerToken,
  type ServerProcess,
  startOwned,
  temporaryFolder,
} from '../kit/spawned-server.ts';

describe('kill -9 in the middle of a flow', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let token = '';

  const start = () => startOwned(folder.path);

  async function send(path: string, body?: unknown): Promise<{ status: number; text: string }> {
    const response = await fetch(`${server.origin}/api/w/test/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }
  async function read(path: string): Promise<any> {
    const { status, text } = await send(path);
    assert.equal(status, 200, text);
    return JSON.parse(text);
  }

  /** Reads the job until `is` holds; each read waits for news. */
  async function until(id: string, is: (job: any) => boolean): Promise<any> {
    for (;;) {
      const job = await read(`jobs_u/get/${id}`);
      if (is(job)) return job;
      await send(`jobs_u/getupdate/${id}?running=true`);
    }
  }

  before(async () => {
    server = await start();
    token = await ownerToken(server.origin);
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  it('goes on from the last committed step', async () => {
    const slow = `export async function main(n: number) {
      console.log('begun', n);
      await new Promise((done) => setTimeout(done, n === 2 ? 3000 : 10));
      return n * 10;
    }`;
    const sum = 'export const main = (all: number[]) => all.reduce((sum, n) => sum + n, 0)';
    for (const [path, content] of Object.entries({ slow, sum })) {
      const script = { path: `f/examples/${path}`, language: 'bun', content, summary: '' };
      assert.equal((await send('scripts/create', script)).status, 201);
    }
    const step = (id: string, path: string, [name, expr]: [string, string]) => ({
      id,
      value: {
        type: 'script',
        path,
        input_transforms: { [name]: { type: 'javascript', expr } },
      },
    });
    const value = {
      modules: [
        step('first', 'f/examples/slow', ['n', '1']),
        {
          id: 'each',
          value: {
            type: 'forloopflow',
            iterator: { type: 'javascript', expr: '[results.first, 2, 3]' },
            modules: [step('x', 'f/examples/slow', ['n', 'flow_input.iter.value'])],
          },
        },
        step('total', 'f/examples/sum', ['all', 'results.each']),
      ],
    };
    const made = await send('flows/create', { path: 'f/examples/crash', summary: '', value });
    assert.equal(made.status, 201, made.text);
    const run = await send('jobs/run/f/f/examples/crash', {});
    assert.equal(run.status, 201, run.text);
    const middle = await until(run.text, (job) => {
      const jobs = job.flow_status.modules[1].flow_jobs ?? [];
      return jobs.length === 2;
    });
    assert.equal(middle.type, 'QueuedJob');
    const [over, running] = middle.flow_status.modules[1].flow_jobs;
    await until(running, (job) => job.running);

    await server.kill9();
    server = await start();

    const done = await until(run.text, (job) => job.type === 'CompletedJob');
    assert.deepEqual([done.success, done.result], [true, 150], JSON.stringify(done));
    const status = done.flow_status.modules;
    assert.equal(status[0].job, middle.flow_status.modules[0].job);
    assert.deepEqual(status[1].flow_jobs.slice(0, 2), [over, running]);
    assert.equal(status[1].flow_jobs.length, 3);
    const logs = await Promise.all(
      [status[0].job, ...status[1].flow_jobs].map((id) => send(`jobs_u/get_logs/${id}`)),
    );
    const begun = logs.map(({ text }) => text.match(/begun/g)?.length);
    // At least once for the one that ran, exactly once for all others.
    assert.deepEqual([begun[0], begun[1], begun[3]], [1, 1, 1]);
    assert.match(logs[2]?.text ?? '', /attempt 2 begins/);
  });
});
