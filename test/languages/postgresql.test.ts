// Scripts in SQL through the public face: deployed with a resource, run, refused, canceled.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Relay, startRelay } from '../kit/relay.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('PostgreSQL scripts', () => {
  let server: TestServer;
  let relay: Relay;
  before(async () => {
    [server, relay] = await Promise.all([startTestServer(), startRelay()]);
    const password = relay.resource['password'];
    await server.op('variables.create', {
      path: 'f/examples/pw',
      value: password,
      isSecret: true,
    });
    const made = await server.op('resources.create', {
      path: 'f/examples/db',
      resourceType: 'postgresql',
      value: { ...relay.resource, password: '$var:f/examples/pw' },
    });
    assert.equal(made.status, 200, JSON.stringify(made.body));
  });
  after(async () => {
    await server.stop();
    await relay.stop();
  });

  const query = (content: string, args: Record<string, unknown> = {}) =>
    server.op('jobs.previewWait', {
      language: 'postgresql',
      content,
      args: { database: '$res:f/examples/db', ...args },
    });

  async function answer(content: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { body } = await query(content, args);
    assert.equal(body.success, true, JSON.stringify(body));
    return body.result;
  }

  async function failure(content: string, args: Record<string, unknown> = {}) {
    const { body } = await query(content, args);
    assert.equal(body.success, false, JSON.stringify(body));
    return body.result.error as { name: string; message: string; stack?: string };
  }

  test('values go beside the text, whatever they say', async () => {
    const content = `-- $1 word (text)
-- $2 numbers (int[])
-- $3 more (jsonb) = {"a": [1]}
select $1 as word, $2::int[] as numbers, $3::jsonb as more, upper($1) as up, '$1; --' as quoted`;
    const word = `'; drop table x; -- \\ $2 %%word%%`;
    assert.deepEqual(await answer(content, { word, numbers: [1, 2] }), [
      { word, numbers: [1, 2], more: { a: [1] }, up: word.toUpperCase(), quoted: '$1; --' },
    ]);
  });

  test('types become JSON that says the same', async () => {
    const row = await answer(`-- result_collection=last_statement_first_row
select 9007199254740993::int8 as big, 42::int8 as small, 1.5::numeric as exact,
  12345678901234567.89::numeric as long, date '2026-01-02' as day, true as yes, null as none,
  timestamp '2026-01-02 03:04:05.678' as at, '\\xdead'::bytea as bytes, '{"a":1}'::json as doc,
  array[1.5,2]::numeric[] as list, interval '1 day' as span,
  'infinity'::timestamp as ever`);
    assert.deepEqual(row, {
      big: '9007199254740993',
      small: 42,
      exact: 1.5,
      long: '12345678901234567.89',
      day: '2026-01-02',
      yes: true,
      none: null,
      at: '2026-01-02T03:04:05.678',
      bytes: '\\xdead',
      doc: { a: 1 },
      list: [1.5, 2],
      span: '1 day',
      ever: 'infinity',
    });
  });

  test('several statements, and what of them is the result', async () => {
    const statements = `create temp table t (n int); insert into t values (1), (2);
      -- a comment; with a semicolon
      select n, n * 2 as twice from t order by n; select 7 as n, 8 as m where false;`;
    const rows = [
      ['', []],
      ['-- result_collection=last_statement_first_row', null],
      ['-- result_collection=all_statements_first_row', [null, null, { n: 1, twice: 2 }, null]],
      ['-- result_collection=all_statements_all_rows_scalar', [[], [], [1, 2], []]],
    ] as const;
    for (const [comment, expected] of rows) {
      assert.deepEqual(await answer(`${comment}\n${statements}`), expected, comment);
    }
  });

  test('names in the text are plain names, or of a list', async () => {
    const content = "-- %%what%% one/two\n-- %%as%%\nselect 1 as %%as%%, '%%what%%' as what";
    assert.deepEqual(await answer(content, { what: 'two', as: 'x' }), [{ x: 1, what: 'two' }]);
    for (const as of ['x; drop table y', 'x"', '1x', '', 7, null]) {
      assert.match((await failure(content, { what: 'two', as })).message, /letters, digits and _/);
    }
    assert.match((await failure(content, { what: 'three', as: 'x' })).message, /one, two/);
  });

  test('mistakes are told with their line, and without the driver’s own stack', async () => {
    const { name, message, stack } = await failure('select 1;\n\nselect *\nfrom nowhere_at_all;');
    assert.equal(name, 'QueryError');
    assert.match(message, /relation "nowhere_at_all" does not exist \(SQLSTATE 42P01, line 4\)/);
    assert.equal(stack, undefined);
    const bad = await failure('select $1::int', { $1: 'many' });
    assert.match(bad.message, /invalid input syntax for type integer: "many"/);
  });

  test('a wrong database is told without its password', async () => {
    const wrong = { ...relay.resource, port: 1, password: 'hunter2hunter2' };
    const { name, message } = await failure('select 1', { database: wrong });
    assert.equal(name, 'ConnectionErr');
    assert.match(message, /no connection to 127\.0\.0\.1:1/);
    assert.match((await failure('select 1', { database: 'x' })).message, /\$res:<path>/);
    assert.doesNotMatch(JSON.stringify(server.logLines), /hunter2hunter2|word of the database/);
  });

  test('deployed, the database may stand in the text; the password is seen nowhere', async () => {
    const content =
      '-- database f/examples/db\n-- $1 n (int) = 20\nselect $1::int + 1 as n, current_user as who';
    const path = 'f/examples/add_one';
    const made = await server.op('scripts.create', { path, language: 'postgresql', content });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const { body: script } = await server.op('scripts.get', { path });
    assert.deepEqual(Object.keys(script.schema.properties), ['n']);
    const { body } = await server.op('jobs.runWait', { path, args: { n: 41 } });
    assert.deepEqual(body.result, [{ n: 42, who: relay.resource['user'] }]);
    const again = await server.op('jobs.runWait', { path });
    assert.equal(again.body.result[0].n, 21);
    const job = await server.op('jobs.get', { id: body.id });
    assert.doesNotMatch(JSON.stringify(job.body), /word of the database/);
    assert.deepEqual(job.body.args, { n: 41 });
  });

  test('more rows than a result may hold are refused while they come', async () => {
    const { name, message } = await failure(
      `select repeat('x', 1000) as x from generate_series(1, 10000) a, generate_series(1, 1000) b`,
    );
    assert.equal(name, 'ResultTooLarge');
    assert.match(message, /add a LIMIT/);
  });

  test('a canceled run cancels its query on the server', async () => {
    const mark = 'select pg_sleep(300) /* to be canceled */';
    const started = await server.op('jobs.preview', {
      language: 'postgresql',
      content: mark,
      args: { database: '$res:f/examples/db' },
    });
    const running = `select 1 from pg_stat_activity
      where query like 'select pg_sleep(300)%' and state = 'active'`;
    await until(async () => (await relay.rows(running)).length === 1);
    await server.op('jobs.cancel', { id: started.body.id });
    await until(async () => (await relay.rows(running)).length === 0);
    const { body } = await server.op('jobs.completed', { id: started.body.id });
    assert.equal(body.canceled, true);
  });

  test('a run that takes too long ends, and its query with it', async () => {
    const { body } = await server.op('jobs.previewWait', {
      language: 'postgresql',
      content: 'select pg_sleep(301)',
      args: { database: '$res:f/examples/db' },
      timeout: 1,
    });
    assert.equal(body.result.error.name, 'Timeout');
    const left = `select 1 from pg_stat_activity where query like 'select pg_sleep(301)%'
      and state = 'active'`;
    await until(async () => (await relay.rows(left)).length === 0);
  });
});

/** Asks until it is so; the test's own time limit ends it otherwise. */
async function until(question: () => Promise<boolean>): Promise<void> {
  while (!(await question())) await new Promise((resolve) => setImmediate(resolve));
}
