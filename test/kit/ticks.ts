// Schedules in tests: moves the clock of a server to the next time of one, and waits for its run.
import assert from 'node:assert/strict';
import type { MovingClock } from './moving-clock.ts';
import type { TestServer } from './server.ts';

/** The run that the schedule starts at its next time, once it is over. */
export async function tick(server: TestServer, clock: MovingClock, path: string): Promise<any> {
  async function ok(name: string, input: object): Promise<any> {
    const { status, body } = await server.op(name, input);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body)}`);
    return body;
  }
  const listed = (): Promise<any[]> =>
    ok('jobs.list', { schedulePath: path, hasNullParent: true, orderDesc: true });
  const known = new Set(
    (await listed()).map(({ id, type }) => (type === 'CompletedJob' ? id : '')),
  );
  const { nextAt } = await ok('schedules.get', { path });
  assert.ok(nextAt !== null, `${path} never comes`);
  clock.pass(nextAt - clock.now() + 1);
  for (let asked = 0; asked < 2000; asked += 1) {
    // Every question goes through the server and the database.
    const started = (await listed()).find(({ id, type }) => !known.has(id) && type !== 'QueuedJob');
    if (started) return ok('jobs.get', { id: started.id });
  }
  throw new Error(`${path} started nothing`);
}
