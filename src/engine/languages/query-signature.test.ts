// What queries take, as their comments and placeholders say.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inferSignature } from './infer.ts';

const properties = async (language: 'postgresql' | 'mysql' | 'graphql', content: string) =>
  (await inferSignature(language, content)).schema['properties'] as Record<string, unknown>;

describe('signatures of queries', () => {
  test('PostgreSQL: names, types and defaults from comments, types from casts', async () => {
    const content = `-- $1 who (varchar)
-- $2 n (int) = 3
-- $3 tags
-- $5 on_day (date) = 2026-01-02
select $1, $2, $3::text[], $4::JSONB, '$6', $$ $7 $$, "$8" /* $9 /* */ $10 */ -- $11
from t where a$12 = $5 and e = E'\\' $13'`;
    const { parameters, schema } = await inferSignature('postgresql', content);
    assert.deepEqual(
      parameters.map(({ name, required }) => `${name}${required ? '' : '?'}`),
      ['database', 'who', 'n?', 'tags', '$4', 'on_day?'],
    );
    assert.deepEqual(schema['properties'], {
      database: { type: 'object', format: 'resource-postgresql', default: null },
      who: { type: 'string', originalType: 'string', default: null },
      n: { type: 'integer', default: 3 },
      tags: {
        type: 'array',
        items: { type: 'string' },
        originalType: 'string[]',
        default: null,
      },
      $4: { default: null },
      on_day: { type: 'string', format: 'date', default: '2026-01-02' },
    });
  });

  test('MySQL: question marks in their order, and names', async () => {
    const content = `-- ? first (text) = x
-- ? second (int)
-- :third (bool) = true
select ?, '?', "?", \`?\`, ? from t # ?
where a = :third and b := 3 and c = :fourth`;
    assert.deepEqual(Object.keys(await properties('mysql', content)), [
      'database',
      'first',
      'second',
      'third',
      'fourth',
    ]);
    assert.deepEqual((await properties('mysql', content))['third'], {
      type: 'boolean',
      default: true,
    });
  });

  test('a database in the text is no argument; names to put in are', async () => {
    const content = '-- database f/data/main\n-- %%t%% one/two\n-- %%c%%\nselect %%c%% from %%t%%';
    assert.deepEqual(await properties('postgresql', content), {
      t: { type: 'string', originalType: 'enum', enum: ['one', 'two'], default: null },
      c: { type: 'string', originalType: 'string', default: null },
    });
  });

  test('GraphQL: variables of the first operation', async () => {
    const content = `# query Not($here: Int)
fragment F on T { id(a: 1) }
query Find($id: ID!, $first: Int = 10, $deep: [[Int!]]!, $where: Filter, $word: String = "a,b)") {
  user(id: $id) { name }
}`;
    const { parameters } = await inferSignature('graphql', content);
    assert.deepEqual(
      parameters.map(({ name, required }) => `${name}${required ? '' : '?'}`),
      ['api', 'id', 'first?', 'deep', 'where?', 'word?'],
    );
    const found = await properties('graphql', content);
    assert.equal((found['first'] as { default: unknown }).default, 10);
    assert.equal((found['word'] as { default: unknown }).default, 'a,b)');
  });

  test('what cannot be had is refused with the way out', async () => {
    for (const [comment, words] of [
      ['-- s3 prefix=out', /not supported/],
      ['-- result_collection=first', /last_statement_all_rows/],
      ['-- database datatable://main', /write its path/],
    ] as const) {
      await assert.rejects(inferSignature('postgresql', `${comment}\nselect 1`), words);
    }
  });

  test('text that never ends, or is very long, is read in one pass', async () => {
    for (const content of [
      `select '${'x'.repeat(2_000_000)}`,
      `select $tag$ ${'$'.repeat(1_000_000)}`,
      '/*'.repeat(500_000),
      `-- $1 a (${' '.repeat(1_000_000)}`,
      `select "${'""'.repeat(1_000_000)}`,
      `query(${'$a: [Int] '.repeat(200_000)}`,
    ]) {
      for (const language of ['postgresql', 'mysql', 'graphql'] as const) {
        assert.ok(await inferSignature(language, content));
      }
    }
  });
});
