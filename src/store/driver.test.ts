// What `Database` promises about values, statements and transactions, on a real PostgreSQL.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type FreshDatabase, freshDatabase } from '../../test/kit/database.ts';
import { AppError, createLog, systemClock } from '../base/index.ts';
import { type Database, openStore, type Queries, statement } from './index.ts';

let fresh: FreshDatabase;
let db: Database;

before(async () => {
  fresh = await freshDatabase();
  db = fresh.db;
  const text = 'create table account (id integer primary key, balance integer not null)';
  await db.run(statement('test.make', text));
  await db.run(statement('test.fill', 'insert into account values (1, 0), (2, 0)'));
});
after(() => fresh.drop());

const add = statement('test.add', 'update account set balance = balance + $2 where id = $1');
const balance = statement('test.balance', 'select balance from account where id = $1');
const strict = statement('test.strict', 'set transaction isolation level serializable');

async function balanceOf(id: number): Promise<number> {
  return (await db.row<{ balance: number }>(balance, [id]))?.balance ?? Number.NaN;
}

test('values arrive as JavaScript uses them', async () => {
  const all = statement(
    'test.types',
    `select
       1761998400000::bigint as at,
       array[1, 9007199254740991]::bigint[] as sizes,
       count(*) as count,
       '{"a": [1]}'::jsonb as binary_json,
       '"text"'::json as text_json,
       array['a', 'b,c'] as words,
       null::bigint as nothing,
       1.5::real as ratio,
       true as yes,
       '\\x00ff'::bytea as bytes`,
  );
  assert.deepEqual(await db.row(all), {
    at: 1_761_998_400_000,
    sizes: [1, 9_007_199_254_740_991],
    count: 1,
    binary_json: { a: [1] },
    text_json: 'text',
    words: ['a', 'b,c'],
    nothing: null,
    ratio: 1.5,
    yes: true,
    bytes: Buffer.from([0, 255]),
  });
});

test('rows, a row, no row, and the number of changed rows', async () => {
  const list = statement('test.list', 'select id from account where id = any($1) order by id');
  assert.deepEqual(await db.rows(list, [[2, 1, 7]]), [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(await db.row(list, [[2, 1]]), { id: 1 });
  assert.equal(await db.row(list, [[7]]), undefined);
  assert.equal(await db.run(add, [7, 1]), 0);
  assert.equal(await db.run(add, [1, 0]), 1);
});

test('a statement is prepared once on a connection', async () => {
  const prepared = statement(
    'test.prepared',
    `select generic_plans + custom_plans as runs
     from pg_prepared_statements
     where name = 'test.prepared'`,
  );
  const runs = await db.transaction(async (queries) => {
    const seen: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      seen.push((await queries.row<{ runs: number }>(prepared))?.runs ?? 0);
    }
    return seen;
  });
  assert.deepEqual(runs, [1, 2, 3]);
});

test('the error of a wrong statement keeps its SQLSTATE', async () => {
  const wrong = statement('test.twice', 'insert into account values (1, 0)');
  await assert.rejects(db.run(wrong), { code: '23505', constraint: 'account_pkey' });
});

test('a transaction commits its result, or leaves nothing when the work throws', async () => {
  const result = await db.transaction(async (queries) => {
    await queries.run(add, [1, 5]);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.equal(await balanceOf(1), 5);
  const thrown = new Error('no');
  const failing = db.transaction(async (queries) => {
    await queries.run(add, [1, 100]);
    throw thrown;
  });
  await assert.rejects(failing, thrown);
  assert.equal(await balanceOf(1), 5);
});

test('a transaction that swallowed a failure does not say that it committed', async () => {
  const failing = db.transaction(async (queries) => {
    await queries.run(add, [1, 100]);
    const wrong = statement('test.zero', 'select 1 / 0');
    await queries.run(wrong).catch(() => undefined);
  });
  await assert.rejects(failing, /nothing was committed/);
  assert.equal(await balanceOf(1), 5);
});

test('queries of one transaction may be started together, but not after its end', async () => {
  let kept: Queries | undefined;
  await db.transaction(async (queries) => {
    kept = queries;
    const both = await Promise.all([queries.row(balance, [1]), queries.row(balance, [2])]);
    assert.deepEqual(both, [{ balance: 5 }, { balance: 0 }]);
  });
  await assert.rejects(kept?.row(balance, [1]) ?? Promise.resolve(), /has ended/);
});

/** A meeting point: each of `count` callers waits until all have come. */
function meeting(count: number): () => Promise<void> {
  let come = 0;
  let open: () => void;
  const all = new Promise<void>((resolve) => (open = resolve));
  return () => {
    come += 1;
    if (come === count) open();
    return all;
  };
}

test('a serialization failure is tried again as a whole, and both changes count', async () => {
  const before40001 = await balanceOf(1);
  const meet = meeting(2);
  let runs = 0;
  const change = (): Promise<unknown> =>
    db.transaction(async (queries) => {
      runs += 1;
      await queries.run(strict);
      const { balance: now = 0 } = (await queries.row<{ balance: number }>(balance, [1])) ?? {};
      if (runs <= 2) await meet();
      const set = statement('test.set', 'update account set balance = $2 where id = $1');
      await queries.run(set, [1, now + 1]);
    });
  await Promise.all([change(), change()]);
  assert.equal(runs, 3);
  assert.equal(await balanceOf(1), before40001 + 2);
});

test('a deadlock is tried again too', async () => {
  const meet = meeting(2);
  let runs = 0;
  const move = (from: number, to: number): Promise<unknown> =>
    db.transaction(async (queries) => {
      runs += 1;
      const first = runs <= 2;
      await queries.run(add, [from, -1]);
      if (first) await meet();
      await queries.run(add, [to, 1]);
    });
  const sum = (await balanceOf(1)) + (await balanceOf(2));
  await Promise.all([move(1, 2), move(2, 1)]);
  // PostgreSQL ends one of the two, or both when they look at the same moment.
  assert.ok(runs === 3 || runs === 4, `${runs} runs`);
  assert.equal((await balanceOf(1)) + (await balanceOf(2)), sum);
});

test('what fails to serialize for ever is given up after five runs', async () => {
  let runs = 0;
  const fail = statement(
    'test.fail',
    `do $$ begin raise exception 'x' using errcode = '40001'; end $$`,
  );
  const hopeless = db.transaction(async (queries) => {
    runs += 1;
    await queries.run(fail);
  });
  await assert.rejects(hopeless, { code: '40001' });
  assert.equal(runs, 5);
});

test('a statement of its own is tried again as well, at most five times', async () => {
  const drop = statement('test.tries_drop', 'drop sequence if exists tries');
  const create = statement('test.tries', 'create sequence tries');
  const failing = (times: number) =>
    statement(
      `test.fail_${times}`,
      `do $$ begin
         if nextval('tries') <= ${times} then
           raise exception 'x' using errcode = '40P01';
         end if;
       end $$`,
    );
  // A sequence counts what was undone too.
  const count = statement('test.tries_made', 'select last_value::int as made from tries');
  for (const [times, made] of [
    [4, 5],
    [9, 5],
  ] as const) {
    await db.run(drop);
    await db.run(create);
    const answer = db.run(failing(times));
    if (times < 5) await answer;
    else await assert.rejects(answer, { code: '40P01' });
    assert.deepEqual(await db.row(count), { made });
  }
});

test('more transactions than connections wait for their turn', async () => {
  const start = await balanceOf(2);
  const one = () => db.transaction((queries) => queries.run(add, [2, 1]));
  await Promise.all(Array.from({ length: 60 }, one));
  assert.equal(await balanceOf(2), start + 60);
});

test('Kysely is there for dynamic filters', async () => {
  const kysely = await db.kysely<{ account: { id: number; balance: number } }>();
  const rows = await kysely.selectFrom('account').select('id').where('id', '=', 2).execute();
  assert.deepEqual(rows, [{ id: 2 }]);
});

test('a query on a connection that the server ended is unavailable; the next works', async () => {
  const end = statement('test.end', 'select pg_terminate_backend(pg_backend_pid())');
  await assert.rejects(db.row(end), (error) => {
    assert.ok(error instanceof AppError);
    assert.equal(error.code, 'unavailable');
    assert.match(
      error.message,
      /^Cannot reach the database "test_\w+" at \/.*: it is shutting down\.$/,
    );
    return true;
  });
  assert.equal((await db.rows(balance, [1])).length, 1);
});

test('after close every query is refused, and closing twice is no error', async () => {
  const log = createLog('error');
  const config = { dataFolder: '', databaseUrl: fresh.url };
  const store = await openStore({ config, log, clock: systemClock });
  await Promise.all([store.close(), store.close()]);
  await assert.rejects(store.db.row(balance, [1]), { code: 'unavailable' });
});
