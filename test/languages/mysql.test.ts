// MySQL scripts through the public face, on a MariaDB that the test starts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type MariaDb, startMariaDb } from '../kit/mariadb.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';

describe('MySQL scripts', () => {
  let server: TestServer;
  let database: MariaDb;
  before(async () => {
    [server, database] = await Promise.all([startTestServer(), startMariaDb()]);
    const made = await server.op('resources.create', {
      path: 'f/examples/shop',
      resourceType: 'mysql',
      value: database.resource,
    });
    assert.equal(made.status, 200, JSON.stringify(made.body));
    const filled = await query(`create table item (id int primary key, name varchar(50),
      price decimal(10,2), at datetime, big bigint, raw varbinary(10));
      insert into item values (1, 'a', 1.5, '2026-01-02 03:04:05', 9007199254740993, x'00ff'),
        (2, 'b', 2, null, 7, null), (3, 'c', null, null, null, null);`);
    assert.equal(filled.body.success, true, JSON.stringify(filled.body));
  });
  after(async () => {
    await server?.stop();
    await database?.stop();
  });

  const query = (content: string, args: Record<string, unknown> = {}) =>
    server.op('jobs.previewWait', {
      language: 'mysql',
      content,
      args: { database: '$res:f/examples/shop', ...args },
    });

  async function answer(content: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { body } = await query(content, args);
    assert.equal(body.success, true, JSON.stringify(body));
    return body.result;
  }

  test('question marks and names take values, whatever they say', async () => {
    const word = `\\'; drop table item; -- " ? :name`;
    const content = `-- ? word (text)
-- ? most (int) = 2
-- :least (int)
select ? as word, id from item where id >= :least and name <> '?' order by id limit ?;`;
    assert.deepEqual(await answer(content, { word, least: 2, most: 1 }), [{ word, id: 2 }]);
    assert.equal(((await answer(content, { word, least: 1 })) as unknown[]).length, 2);
  });

  test('types become JSON that says the same', async () => {
    const rows = await answer('-- ? id (int)\nselect * from item where id = ?', { id: 1 });
    const row = {
      id: 1,
      name: 'a',
      price: 1.5,
      at: '2026-01-02 03:04:05',
      big: '9007199254740993',
      raw: 'AP8=',
    };
    assert.deepEqual(rows, [row]);
    assert.deepEqual(await answer('select * from item where id = 1'), [row]);
  });

  test('several statements, and what of them is the result', async () => {
    const content = `set @n = 2; select name from item where id = @n; update item set big = 8
      where id = 2;`;
    assert.deepEqual(await answer(content), []);
    const all = `-- result_collection=all_statements_first_row_scalar\n${content}`;
    assert.deepEqual(await answer(all), [null, 'b', null]);
  });

  test('names in the text are plain names', async () => {
    const content = '-- %%t%%\nselect count(*) as n from %%t%%';
    assert.deepEqual(await answer(content, { t: 'item' }), [{ n: 3 }]);
    const { body } = await query(content, { t: 'item; drop table item' });
    assert.match(body.result.error.message, /letters, digits and _/);
  });

  test('mistakes are told with their line, a wrong password without it', async () => {
    const { body } = await query('select 1;\nselect nothing\nfrom item;');
    assert.equal(body.result.error.name, 'QueryError');
    assert.match(body.result.error.message, /Unknown column 'nothing'.*statement at line 2/);
    assert.equal(body.result.error.stack, undefined);
    const wrong = { ...database.resource, password: 'hunter2hunter2' };
    const refused = await query('select 1', { database: wrong });
    assert.match(refused.body.result.error.message, /Access denied/);
    assert.doesNotMatch(JSON.stringify([refused.body, server.logLines]), /hunter2hunter2/);
  });

  test('more rows than a result may hold are refused while they come', async () => {
    const { body } = await query(`select repeat('x', 1000) as x from seq_1_to_100000000`);
    assert.equal(body.result.error.name, 'ResultTooLarge');
  });

  test('the server is given no file of the child', async () => {
    const { body } = await query(`load data local infile '/etc/passwd' into table item`);
    assert.equal(body.success, false);
    assert.doesNotMatch(JSON.stringify(body.result), /root:/);
  });

  test('a canceled run ends its query on the server', async () => {
    const started = await server.op('jobs.preview', {
      language: 'mysql',
      content: 'select sleep(300)',
      args: { database: '$res:f/examples/shop' },
    });
    const running = `select id from information_schema.processlist
      where info like '%sleep(300)%' and info not like '%processlist%'`;
    while ((await database.rows(running)).length === 0);
    await server.op('jobs.cancel', { id: started.body.id });
    while ((await database.rows(running)).length > 0);
    const ended = await server.op('jobs.wait', { id: started.body.id });
    assert.equal(ended.body.result.error.name, 'Canceled');
  });
});
