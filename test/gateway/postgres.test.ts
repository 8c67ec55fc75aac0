// The service PostgreSQL against a real one, as its superuser: what reads cannot write, whatever it
// is told; what writes is gated; the address is one that egress permits.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Relay, startRelay } from '../kit/relay.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { type Model, modelAt } from '../mcp/model.ts';

const fileName = `/tmp/millrace-hostile-${process.pid}`;

/** As the superuser of the database: only the service stands between these and the tables. */
const hostile: readonly string[] = [
  'select 1; delete from people',
  'select 1; commit; delete from people',
  'delete from people',
  'with gone as (delete from people returning *) select * from gone',
  'with a as (select 1), gone as (update people set name = null returning 1) select * from a, gone',
  'select purge()',
  'select "purge" /* ( */ ()',
  'select Public . Purge -- (\n ()',
  'select 1 --\r, purge()',
  'select p.purge_any from people p',
  'select * from purge()',
  'select p.purge_row from people p',
  'select p."purge_row" from people p',
  'select purge_row(p) from people p',
  'select U&"\\0070urge"()',
  `select E'\\'', purge() --'`,
  `select E'a'\n'\\'', purge() --'`,
  `select $q$ ' $q$, purge() --'`,
  `select '\\', purge() --'`,
  'commit',
  'rollback',
  'commit and chain',
  'set transaction read write',
  'set session characteristics as transaction read write',
  'set standard_conforming_strings = off',
  `select set_config('transaction_read_only', 'off', false)`,
  `select pg_catalog.set_config('statement_timeout', '0', false)`,
  `copy people to '${fileName}'`,
  `copy (select 1) to program 'touch ${fileName}'`,
  'copy people from stdin',
  'copy people to stdout',
  `select lo_export(lo_from_bytea(0, 'x'), '${fileName}')`,
  `select pg_read_file('/etc/hostname')`,
  `select * from dblink('dbname=postgres', 'delete from people') as t(n int)`,
  `select query_to_xml('delete from people', true, true, '')`,
  'select pg_advisory_lock(1)',
  'select pg_try_advisory_xact_lock(1)',
  `select pg_notify('a', 'b')`,
  `select nextval('people_id_seq')`,
  `select setval('people_id_seq', 900)`,
  'select pg_terminate_backend(pg_backend_pid())',
  'select pg_reload_conf()',
  'select pg_sleep(60)',
  'select * into copy_of_people from people',
  'select * from people for update',
  'create table more (n int)',
  'create temp table more (n int)',
  'truncate people',
  'drop table people cascade',
  'do $$ begin delete from people; end $$',
  'do $$ begin set transaction read write; delete from people; end $$',
  'call purging()',
  'explain analyze delete from people',
  'prepare gone as delete from people',
  'declare other cursor for select 1',
  'lock table people',
  'listen everything',
  'vacuum people',
  'refresh materialized view names',
  'values (1) returning 1',
  'select 1) from people; --',
  '',
];

describe('the service PostgreSQL', () => {
  let server: TestServer;
  let relay: Relay;
  let model: Model;
  let connection: string;

  async function ok(name: string, input: object = {}, token?: string): Promise<any> {
    const { status, body } = await server.op(name, input, token);
    assert.equal(status, 200, `${name}: ${JSON.stringify(body).slice(0, 500)}`);
    return body;
  }
  const read = (action: string, params: object = {}, token?: string): Promise<any> =>
    ok('services.read', { service: 'postgres', action, params }, token).then(({ value }) => value);
  const write = (action: string, params: object, more: object = {}): Promise<any> =>
    ok('services.write', { service: 'postgres', action, params, ...more });
  async function refused(action: string, params: object, by = 'services.read'): Promise<any> {
    const { status, body } = await server.op(by, { service: 'postgres', action, params });
    assert.notEqual(status, 200, `${JSON.stringify(params)}: ${JSON.stringify(body)}`);
    return { ...body.error.details, message: body.error.message, hint: body.error.hint };
  }
  const connect = (secret: string) => ok('credentials.set', { service: 'postgres', secret });
  const people = async (): Promise<string> =>
    JSON.stringify(await relay.rows('select * from people order by id'));

  before(async () => {
    server = await startTestServer({ MILLRACE_EGRESS_ALLOW: '127.0.0.1' });
    relay = await startRelay();
    await relay.rows(`
      create table people (id serial primary key, name text, email text, born date, note jsonb);
      create table orders (id int primary key, person int references people (id), cents bigint);
      comment on table people is 'who buys';
      insert into people (name, email, note)
        values ('Ann Lee', 'ann@example.com', '{"vip": true}'), ('Bo Li', null, null);
      insert into orders select n, 1, 9007199254740993 from generate_series(1, 120) n;
      create materialized view names as select name from people;
      create function purge() returns int language sql as 'delete from people returning 1';
      create function purge_row(people) returns int language sql
        as 'delete from people returning 1';
      create function purge_any(anyelement, int default 1) returns int language sql
        as 'delete from people returning 1';
      create procedure purging() language sql as 'delete from people';
      analyze people, orders`);
    const { host, port, user, password, dbname } = relay.resource as Record<string, string>;
    const pair = `${user}:${encodeURIComponent(password ?? '')}`;
    connection = `postgresql://${pair}@${host}:${port}/${dbname}?sslmode=disable`;
    await ok('services.enable', { name: 'postgres' });
    const scopes = ['services:postgres:read', 'services:postgres:write'];
    model = modelAt(server, await server.tokenWith(scopes));
  });
  after(async () => {
    await server?.stop();
    await relay?.stop();
  });

  test('needs no address, takes none, and says how to connect', async () => {
    const { body } = await server.op('services.enable', {
      name: 'postgres',
      baseUrl: 'https://db.example.com',
    });
    assert.match(body.error.message, /no address of its own/);
    const { reason_code: reason, hint } = await refused('list_tables', {});
    assert.equal(reason, 'auth_required');
    assert.match(hint, /postgresql:\/\/db\.example/);
    for (const secret of [
      'hunter2',
      'https://db.example.com',
      'postgresql://u:hunter2@/db',
      'postgresql://u:hunter2@%2Ftmp/db',
      'postgresql://u:hunter2@h/db?host=/tmp',
      'postgresql://u:hunter2@h/db?sslmode=off',
      'postgresql://u:hunter2@h',
      'postgresql://u:%zz@h/db',
    ]) {
      const answer = await server.op('credentials.set', { service: 'postgres', secret });
      assert.equal(answer.status, 400, secret);
      assert.ok(!JSON.stringify(answer.body).includes('hunter2'), secret);
    }
  });

  test('connects only where the server may', async () => {
    for (const host of ['[::1]', '127.0.0.2', '10.0.0.1', '169.254.169.254', '[::ffff:10.0.0.1]']) {
      await connect(`postgresql://u:hunter2@${host}:5432/db?sslmode=disable`);
      const { message } = await refused('list_tables', {});
      assert.match(message, /is not on the public internet/, host);
      assert.ok(!message.includes('hunter2'));
    }
    assert.deepEqual(relay.counts().total, 0);
  });

  test('shows schemas, tables, columns, indexes and sizes; no password anywhere', async () => {
    await connect(connection);
    const [listed] = (await ok('credentials.list')) as { account: string }[];
    assert.match(listed?.account ?? '', /@127\.0\.0\.1:\d+\//);
    assert.doesNotMatch(JSON.stringify(await ok('credentials.overview')), /word of the|word%20of/);
    const { schemas } = await read('list_schemas');
    assert.ok(schemas.some(({ name }: { name: string }) => name === 'public'));
    const { tables, next } = await read('list_tables', { schema: 'public', limit: 100 });
    assert.equal(next, null);
    const table = tables.find((one: { table: string }) => one.table === 'people');
    assert.deepEqual([table.kind, table.comment, table.estimated_rows], ['table', 'who buys', 2]);
    const first = await read('list_tables', { schema: 'public', limit: 1 });
    assert.deepEqual([first.tables.length, first.next], [1, 1]);
    const { columns } = await read('describe_table', { table: 'people' });
    assert.deepEqual(columns[0].primary_key, true);
    assert.equal(columns[4].type, 'jsonb');
    const keys = (await read('describe_table', { table: 'orders' })).columns[1].constraints;
    assert.match(keys, /FOREIGN KEY \(person\) REFERENCES people/);
    const { indexes } = await read('list_indexes', { table: 'people' });
    assert.equal(indexes[0].primary, true);
    assert.ok((await read('table_stats', { table: 'orders' })).total_bytes > 0);
    assert.deepEqual(await read('count_rows', { table: 'orders' }), { rows: 120 });
    assert.equal(
      (await refused('describe_table', { table: 'nobody' })).reason_code,
      'upstream_failed',
    );
    assert.match((await refused('sample_rows', { table: 'x" where 1=1 --' })).message, /42P01/);
  });

  test('queries page by page, exactly; names and addresses are tokens for a model', async () => {
    const sql = 'select id, cents from orders order by id';
    const first = await read('query', { sql, limit: 50 });
    assert.deepEqual(first.rows[0], { id: 1, cents: '9007199254740993' });
    const second = await read('query', { sql, limit: 50, next: first.next });
    const third = await read('query', { sql, limit: 50, next: second.next });
    assert.deepEqual([second.rows[0].id, third.rows.length, third.next], [51, 20, null]);
    const some = await read('query', {
      sql: `select 1 as a, 2 as a, 'purge()' as text, random() < 2 as low, count(*) as "n (purge)"
        from people /* purge() /* */ */ where name <> 'it''s purge()' -- purge()`,
    });
    assert.deepEqual(some.rows, [{ a: 1, a_2: 2, text: 'purge()', low: true, 'n (purge)': 2 }]);
    const seen = await model.call('postgres_read_actions', {
      action: 'query',
      sql: 'select name, email from people order by id',
    });
    assert.doesNotMatch(JSON.stringify(seen), /Ann Lee|ann@example/);
    assert.match(seen.structuredContent.rows[0].name, /^⟦NAME_/);
    const { plan } = await read('explain', { sql: 'delete from people' });
    assert.match(JSON.stringify(plan), /ModifyTable/);
  });

  test('a read cannot write, whatever it is told', async () => {
    const earlier = await people();
    for (const sql of hostile) {
      await refused('query', { sql });
      assert.equal(await people(), earlier, sql);
    }
    for (const sql of [
      'analyze delete from people',
      'select purge()',
      'select 1; delete from people',
    ]) {
      await refused('explain', { sql });
      assert.equal(await people(), earlier, sql);
    }
    assert.equal(existsSync(fileName), false);
    const [left] = await relay.rows(`
      select (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
        to_regclass('copy_of_people') as copied, to_regclass('more') as made,
        (select last_value::int from people_id_seq) as last`);
    assert.deepEqual(left, { locks: 0, copied: null, made: null, last: 2 });
  });

  test('what is too large is not read, and nothing stays connected', async () => {
    const sql = `select repeat('x', 50000000)`;
    assert.equal((await refused('query', { sql })).reason_code, 'response_too_large');
    const [open] = await relay.rows(`select count(*)::int as n from pg_stat_activity
      where application_name = 'millrace' and state = 'idle in transaction'
        and datname = current_database()`);
    assert.deepEqual(open, { n: 0 });
  });

  test('rows are written by values; too many rows at once change nothing', async () => {
    const rows = [
      { name: `Robert'); drop table people; --`, born: '2001-02-03', note: { a: [1] } },
    ];
    const made = await write('insert_rows', { table: 'people', rows });
    assert.deepEqual([made.value.changed, made.value.rows[0].id], [1, 3]);
    const set = { note: { a: 2 }, email: null };
    const changed = await write('update_rows', { table: 'people', set, where: { id: 3 } });
    assert.deepEqual(changed.value.rows[0].note, { a: 2 });
    const where = { person: 1 };
    const many = { table: 'orders', set: { cents: 1 }, where, max_rows: 50 };
    assert.match((await refused('update_rows', many, 'services.write')).message, /120 rows/);
    const [{ n } = {}] = await relay.rows('select count(*)::int as n from orders where cents = 1');
    assert.equal(n, 0);
    const dry = await write('update_rows', { ...many, max_rows: 500 }, { dryRun: true });
    assert.match(dry.value.wouldSend.sql, /^update "public"\."orders"/);
    assert.ok(!JSON.stringify(dry).includes('word of the database'));
  });

  test('deleting and any other statement wait for an admin', async () => {
    const gone = { table: 'people', where: { id: 3 } };
    const any = { sql: 'create table kept (n int)' };
    const all = [['delete_rows', gone] as const, ['execute', any] as const];
    for (const [action, params] of all) {
      const { reason_code: reason } = await refused(action, params, 'services.write');
      assert.equal(reason, 'high_risk_not_enabled');
      await ok('gates.enable', { service: 'postgres', action, reason: 'a test', days: 1 });
      await write(action, params);
    }
    const [row] = await relay.rows(
      `select count(*)::int as n, to_regclass('kept') as t from people`,
    );
    assert.deepEqual(row, { n: 2, t: 'kept' });
    const values = ["Robert'); drop table people; --"];
    await write('execute', { sql: 'update people set name = $1 where id = 2', values });
    assert.equal(
      (await relay.rows('select name from people where id = 2'))[0]?.['name'],
      values[0],
    );
    const two = { sql: 'create table one (n int); create table two (n int)' };
    await refused('execute', two, 'services.write');
  });

  test('a resource is read as whoever calls, where their token lets them', async () => {
    const value = { ...relay.resource, sslmode: 'disable' };
    await ok('resources.create', { path: 'f/team/db', resourceType: 'postgresql', value });
    await ok('credentials.remove', { service: 'postgres' });
    await ok('credentials.setShared', { service: 'postgres', secret: '$res:f/team/db' });
    assert.deepEqual(await read('count_rows', { table: 'orders' }), { rows: 120 });
    const narrow = await server.tokenWith(['services:postgres:read']);
    const input = { service: 'postgres', action: 'count_rows', params: { table: 'orders' } };
    const { body } = await server.op('services.read', input, narrow);
    assert.equal(body.error.code, 'insufficient_scope', JSON.stringify(body));
  });

  test('the password of the server goes nowhere; who goes away leaves no connection', async () => {
    const heard: string[] = [];
    const sockets: Socket[] = [];
    let asks = true;
    let arrived: () => void = () => undefined;
    const fake = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        // AuthenticationCleartextPassword
        if (asks) socket.write(Buffer.from('R\0\0\0\x08\0\0\0\x03', 'latin1'));
        socket.once('data', (chunk) => {
          heard.push(String(chunk));
          socket.destroy();
        });
        arrived();
      });
    });
    fake.listen(0, '127.0.0.1');
    await once(fake, 'listening');
    const { port } = fake.address() as AddressInfo;
    process.env['PGPASSWORD'] = 'word of the server';
    try {
      await connect(`postgresql://u@127.0.0.1:${port}/db?sslmode=disable`);
      await refused('list_tables', {});
      assert.equal(heard.length, 1);
      assert.doesNotMatch(heard.join(), /word of the server/);
      asks = false;
      const waiting = new Promise<void>((done) => (arrived = done));
      const gone = new AbortController();
      const call = server.fetch('/api/op/services.read?workspace=test', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ service: 'postgres', action: 'list_tables', params: {} }),
        signal: gone.signal,
      });
      await waiting;
      const socket = sockets.at(-1);
      assert.ok(socket);
      const closed = once(socket, 'close');
      gone.abort();
      await assert.rejects(call, { name: 'AbortError' });
      await closed;
    } finally {
      delete process.env['PGPASSWORD'];
      fake.close();
    }
  });

  test('a database that lets nobody in, or is not there, is told as that', async () => {
    await connect(connection.replace(/\/[^/?]+\?/, '/nobody_has_it?'));
    assert.equal((await refused('list_tables', {})).reason_code, 'auth_required');
    await connect('postgresql://u:hunter2@127.0.0.1:1/db?sslmode=disable');
    const { reason_code: reason, message } = await refused('list_tables', {});
    assert.equal(reason, 'upstream_unavailable');
    assert.ok(!message.includes('hunter2'));
  });
});
