// A server killed with -9 while a schedule fires every second: no tick fires twice, none is left
// hanging, and it goes on after the restart.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  ownerToken,
  type ServerProcess,
  startOwned,
  temporaryFolder,
} from '../kit/spawned-server.ts';

describe('kill -9 while a schedule fires', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let token = '';

  const start = () => startOwned(folder.path);
  async function send(path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${server.origin}/api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${path}: ${text}`);
    return /^[[{]/.test(text) ? JSON.parse(text) : text;
  }
  const jobs = (): Promise<any[]> =>
    send('w/test/jobs/list?schedule_path=f/examples/often&per_page=100');
  /** Asks until there are `count` runs; every question goes through the server. */
  async function untilJobs(count: number): Promise<any[]> {
    for (;;) {
      const all = await jobs();
      if (all.length >= count) return all;
    }
  }

  before(async () => {
    server = await start();
    token = await ownerToken(server.origin);
    await send('w/test/scripts/create', {
      path: 'f/examples/tell',
      language: 'bun',
      content: 'export const main = () => process.env.WM_SCHEDULED_FOR;',
      summary: '',
    });
    await send('w/test/schedules/create', {
      path: 'f/examples/often',
      schedule: '* * * * * *',
      timezone: 'UTC',
      script_path: 'f/examples/tell',
      is_flow: false,
      args: {},
      enabled: true,
    });
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  it('fires no tick twice and goes on', async () => {
    for (let round = 1; round <= 3; round += 1) {
      // The kill comes as soon as a new run is seen: at its firing, its claim or its end.
      await untilJobs((await jobs()).length + 1);
      await server.kill9();
      server = await start();
    }
    await untilJobs((await jobs()).length + 2);
    await send('w/test/schedules/setenabled/f/examples/often', { enabled: false });
    for (;;) {
      const waiting = (await jobs()).filter(({ type }) => type === 'QueuedJob');
      if (waiting.length === 0) break;
    }
    const all = await jobs();
    const results = await Promise.all(
      all.map(({ id }) => send(`w/test/jobs_u/completed/get_result_maybe/${id}`)),
    );
    const ticks = results.filter(({ success }) => success).map(({ result }) => result);
    assert.ok(ticks.length >= 4, JSON.stringify(results));
    assert.equal(new Set(ticks).size, ticks.length, `a tick came twice: ${ticks.join(' ')}`);
  });
});
