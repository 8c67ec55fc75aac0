// A flow that is canceled in the very moment when a step ends and the next one begins: the row of
// the one moves, and that of the other is not there yet when the cancel looks.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { startTestServer, type TestServer } from '../kit/server.ts';

const step = (id: string, content: string) => ({
  id,
  value: { type: 'rawscript', language: 'bun', content, input_transforms: {} },
});

describe('canceling while a transition is stored', () => {
  let server: TestServer;
  let client: pg.Client;

  before(async () => {
    server = await startTestServer();
    client = new pg.Client(server.databaseUrl);
    await client.connect();
    // Holds up whoever stores the step b, until the lock is given back.
    await client.query(`create function hold() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(77);
        return new;
      end $$`);
    await client.query(`create trigger hold before insert on engine_job_live
      for each row when (new.flow_step_id = 'b') execute function hold()`);
  });
  after(async () => {
    await client.end();
    await server.stop();
  });

  /** Resolves when `count` sessions wait for a lock. */
  async function blocked(count: number): Promise<void> {
    for (;;) {
      const { rows } = await client.query(`select count(*)::int as waiting
        from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`);
      if (rows[0].waiting >= count) return;
    }
  }

  for (const force of [false, true]) {
    it(`ends the step that began meanwhile${force ? ', by force too' : ''}`, async () => {
      const modules = [
        step('a', 'export const main = () => 1'),
        step('b', 'export const main = () => new Promise((done) => setTimeout(done, 600_000))'),
      ];
      await client.query('select pg_advisory_lock(77)');
      const { body: flow } = await server.op('jobs.previewFlow', { value: { modules } });
      await blocked(1);
      const canceling = server.op('jobs.cancel', { id: flow.id, reason: 'changed', force });
      await blocked(2);
      await client.query('select pg_advisory_unlock(77)');
      const canceled = await canceling;
      assert.equal(canceled.status, 200, JSON.stringify(canceled.body));
      const { body: outcome } = await server.op('jobs.wait', { id: flow.id });
      assert.deepEqual([outcome.done, outcome.success], [true, false]);
      assert.match(outcome.result.error.message, /changed/);
      const { rows } = await client.query(
        'select flow_step_id as step, success, canceled from engine_job where parent_job = $1',
        [flow.id],
      );
      const seen = rows.toSorted((one, other) => (one.step < other.step ? -1 : 1));
      assert.deepEqual(seen, [
        { step: 'a', success: true, canceled: false },
        { step: 'b', success: false, canceled: true },
      ]);
    });
  }
});
