// Workflows as code killed with -9 in the middle: they go on from what was stored, a finished task
// or step never runs again, and what ran runs once more.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ownerToken,
  type ServerProcess,
  startOwned,
  temporaryFolder,
} from '../kit/spawned-server.ts';

const typescript = `import { sleep, step, task, workflow } from 'windmill-client@1.818.0';
const quick = task(async function quick(n: number) { console.log('quick runs'); return n + 1 });
const slow = task(async function slow(n: number) {
  console.log('slow runs');
  await new Promise((done) => setTimeout(done, 3000));
  return n + 1;
});
export const main = workflow(async (n: number) => {
  const mark = await step('mark', () => Math.random());
  const one = await quick(n);
  const same = await step('same', () => mark);
  const [two, three] = await Promise.all([slow(one), quick(one)]);
  await sleep(1);
  return { two, three, kept: same === mark };
});
`;

const python = `import asyncio, random, time
from wmill import sleep, step, task, workflow

@task
async def quick(n: int):
    print("quick runs")
    return n + 1

@task
async def slow(n: int):
    print("slow runs", flush=True)
    time.sleep(3)
    return n + 1

@workflow
async def main(n: int):
    mark = await step("mark", random.random)
    one = await quick(n)
    same = await step("same", lambda: mark)
    two, three = await asyncio.gather(slow(one), quick(one))
    await sleep(1)
    return {"two": two, "three": three, "kept": same == mark}
`;

describe('kill -9 in the middle of a workflow', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let token = '';

  const start = () => startOwned(folder.path);

  async function op(name: string, input: unknown): Promise<any> {
    const response = await fetch(`${server.origin}/api/op/${name}?workspace=test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    });
    const body: any = await response.json();
    assert.equal(response.status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }

  interface Task {
    id: string;
    log: string;
  }

  const tasksOf = async (parentJob: string): Promise<Task[]> => {
    const tasks: { id: string }[] = await op('jobs.list', { parentJob, orderDesc: false });
    return Promise.all(
      tasks.map(async ({ id }) => ({ id, log: (await op('jobs.logs', { id })).logs })),
    );
  };

  /** Waits until the slow task of a workflow runs; answers its tasks then. */
  async function untilSlowRuns(id: string): Promise<Task[]> {
    for (let logOffset = 0; ;) {
      const tasks = await tasksOf(id);
      if (tasks.some(({ log }) => log.includes('slow runs'))) return tasks;
      const follow = tasks[1]?.id ?? id;
      const update = await op('jobs.update', { id: follow, logOffset, holdMs: 500 });
      logOffset = follow === id ? update.logOffset : 0;
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

  it('goes on after the restart, and no finished task runs again', async () => {
    const sources = { bun: typescript, python3: python };
    const ids: string[] = [];
    for (const [language, content] of Object.entries(sources)) {
      const path = `f/examples/workflow_${language}`;
      await op('scripts.create', { path, language, content });
      ids.push((await op('jobs.run', { path, args: { n: 1 } })).id);
    }
    const seen: Task[][] = [];
    for (const id of ids) seen.push(await untilSlowRuns(id));

    await server.kill9();
    server = await start();

    for (const [index, id] of ids.entries()) {
      const { success, result } = await op('jobs.wait', { id, waitMs: 30_000 });
      assert.equal(success, true, JSON.stringify(result));
      assert.deepEqual(result, { two: 3, three: 3, kept: true });
      const tasks = await tasksOf(id);
      assert.deepEqual(
        tasks.map((task) => task.id),
        seen[index]?.map((task) => task.id),
      );
      for (const { log } of tasks) {
        const again = /attempt 2 begins/.test(log);
        const runs = log.match(/(slow|quick) runs/g)?.length ?? 0;
        assert.equal(runs, again ? 2 : 1, log);
      }
      assert.equal(tasks[0]?.log, 'quick runs\n');
      assert.match(tasks[1]?.log ?? '', /slow runs\n--- the worker is gone; attempt 2 begins/);
      const { logs } = await op('jobs.logs', { id });
      assert.doesNotMatch(logs, /worker is gone/);
    }
  });
});
