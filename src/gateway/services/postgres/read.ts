// What a PostgreSQL holds, and queries that only read: see `gateway/databases`.
import { z } from 'zod';
import { action } from '../../action.ts';
import { refusal } from '../../reasons.ts';
import * as sql from './postgres.sql.ts';
import { firstOf, nameFields, pageOf, pages, rowsOf, schema, statement, table } from './shapes.ts';

const known = (text: string, values: readonly unknown[] = []) => ({
  kind: 'known' as const,
  sql: text,
  values,
});

/** No table has no column: then there is no such table, or nobody may know of it. */
function found<Rows extends unknown[]>(rows: Rows, where: { schema: string; table: string }): Rows {
  if (rows.length > 0) return rows;
  throw refusal('upstream_failed', `There is no table ${where.schema}.${where.table}.`, {
    hint: 'list_tables has those that there are.',
  });
}

export const postgresReads = [
  action({
    name: 'list_schemas',
    description: 'List the schemas with the number of their tables.',
    class: 'read',
    input: {},
    request: () => known(sql.schemas),
    result: (body) => ({ schemas: rowsOf(body) }),
  }),
  action({
    name: 'list_tables',
    description: 'List tables and views, with about how many rows they have.',
    class: 'read',
    input: { schema: table.optional().describe('only of this schema'), ...pages },
    request: ({ schema: of, limit, next }) => known(sql.tables, [of ?? null, limit + 1, next]),
    result: (body, { limit, next }) => pageOf(body, { as: 'tables', limit, next }),
  }),
  action({
    name: 'describe_table',
    description: 'List the columns of a table, with types, defaults, keys and comments.',
    class: 'read',
    input: { schema, table },
    request: (of) => known(sql.columns, [of.schema, of.table]),
    result: (body, of) => ({ ...of, columns: found(rowsOf(body), of) }),
  }),
  action({
    name: 'list_indexes',
    description: 'List the indexes of a table, with their definitions and sizes.',
    class: 'read',
    input: { schema, table },
    request: (of) => known(sql.indexes, [of.schema, of.table]),
    result: (body) => ({ indexes: rowsOf(body) }),
  }),
  action({
    name: 'table_stats',
    description: 'Say how large a table is, how it is read, and when it was cleaned up.',
    class: 'read',
    input: { schema, table },
    request: (of) => known(sql.stats, [of.schema, of.table]),
    result: (body, of) => found(rowsOf(body), of)[0],
  }),
  action({
    name: 'count_rows',
    description: 'Count the rows of a table; table_stats estimates them at once.',
    class: 'read',
    input: { schema, table },
    request: (of) => ({ kind: 'query', sql: sql.countOf(of) }),
    result: firstOf,
  }),
  action({
    name: 'sample_rows',
    description: 'Read some rows of a table, in no order.',
    class: 'read',
    input: { schema, table, limit: pages.limit.default(10) },
    nameFields,
    request: ({ limit, ...of }) => ({ kind: 'query', sql: sql.allOf(of), limit }),
    result: (body) => ({ rows: rowsOf(body) }),
  }),
  action({
    name: 'query',
    description: 'Run one SELECT and read its rows. It cannot change anything.',
    class: 'read',
    input: {
      sql: statement.describe('one SELECT; with ORDER BY where more than one page is read'),
      ...pages,
    },
    nameFields,
    request: ({ sql: text, limit, next }) => ({ kind: 'query', sql: text, limit, offset: next }),
  }),
  action({
    name: 'explain',
    description: 'Show the plan of a statement, without running it.',
    class: 'read',
    input: { sql: z.string().min(1).max(100_000).describe('one statement') },
    request: ({ sql: text }) => ({ kind: 'explain', sql: text }),
  }),
];
