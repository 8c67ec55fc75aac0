// LISTEN and NOTIFY between two stores on one database, and what happens when it goes away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrate, type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import { createLog, systemClock } from '../base/index.ts';
import { openStore, type Store, statement } from './index.ts';

let fresh: FreshDatabase;
let other: Store;
const logged: string[] = [];

before(async () => {
  fresh = await freshDatabase();
  const config = { dataFolder: '', databaseUrl: fresh.url };
  const log = createLog('error', (line) => logged.push(line));
  other = await openStore({ config, log, clock: systemClock });
});
after(async () => {
  await other.close();
  await fresh.drop();
});

/** Gathers what a channel says; `until(text)` resolves when that has been heard. */
function createHearer() {
  const heard: string[] = [];
  let wake = (): void => undefined;
  return {
    heard,
    hear(payload: string): void {
      heard.push(payload);
      wake();
    },
    async until(text: string): Promise<void> {
      while (!heard.includes(text)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

test('another process hears until it stops; the sender does not hear itself', async () => {
  const own = createHearer();
  const far = createHearer();
  await fresh.db.listen('news', own.hear);
  const stop = await other.db.listen('news', far.hear);
  const still = createHearer();
  await other.db.listen('news', still.hear);

  fresh.db.notify('news', 'first');
  await far.until('first');
  stop();
  fresh.db.notify('news', 'second');
  await still.until('second');
  assert.deepEqual(far.heard, ['first']);
  assert.deepEqual(still.heard, ['first', 'second']);

  // What the other one says arrives here after all that was said before.
  other.db.notify('news', 'answer');
  await own.until('answer');
  assert.deepEqual(own.heard, ['answer']);
});

test('equal hints of one tick are sent once, different ones in order', async () => {
  const far = createHearer();
  await other.db.listen('coalesced', far.hear);
  for (let time = 0; time < 100; time += 1) fresh.db.notify('coalesced', 'same');
  fresh.db.notify('coalesced', 'last');
  await far.until('last');
  assert.deepEqual(far.heard, ['same', 'last']);
});

test('a payload too long for PostgreSQL becomes an empty one', async () => {
  const far = createHearer();
  await other.db.listen('long', far.hear);
  fresh.db.notify('long', 'é'.repeat(5_000));
  await far.until('');
  assert.deepEqual(far.heard, ['']);
});

test('a listener that throws does not keep the next one from hearing', async () => {
  const far = createHearer();
  await other.db.listen('brittle', () => {
    throw new Error('broken listener');
  });
  await other.db.listen('brittle', far.hear);
  fresh.db.notify('brittle', 'hello');
  await far.until('hello');
  assert.match(logged.join(), /a listener failed.*broken listener/);
});

test('a name that is none is refused before it reaches SQL', async () => {
  await assert.rejects(
    other.db.listen('x; drop table y', () => undefined),
    /not a channel name/,
  );
  assert.throws(() => fresh.db.notify('X"', ''), /not a channel name/);
});

test('after its connection was cut a listener hears again, and is told to look', async () => {
  const far = createHearer();
  await other.db.listen('again', far.hear);
  const pids = statement(
    'signals.cut',
    `select count(pg_terminate_backend(pid)) as count
     from pg_stat_activity
     where datname = current_database()
       and query like 'listen%'`,
  );
  assert.deepEqual(await fresh.db.row(pids), { count: 1 });
  await far.until('');
  fresh.db.notify('again', 'heard');
  await far.until('heard');
  assert.deepEqual(far.heard, ['', 'heard']);
});

test('a listener outlives a while in which nobody can connect', async () => {
  const database = await freshDatabase();
  const hearer = createHearer();
  await database.db.listen('patient', hearer.hear);
  const name = new URL(database.url).pathname.slice(1);
  await administrate(fresh.url, [
    `alter database ${name} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
    `alter database ${name} allow_connections true`,
  ]);
  await hearer.until('');
  await database.drop();
});
