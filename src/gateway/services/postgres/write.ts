// Changes of a PostgreSQL. Rows are written by values alone, so that nothing has to be guessed from
// SQL; whatever else a statement may do is high risk.
import { z } from 'zod';
import { action } from '../../action.ts';
import * as sql from './postgres.sql.ts';
import { fields, nameFields, schema, statement, table } from './shapes.ts';

const maxRows = z
  .int()
  .min(1)
  .max(10_000)
  .default(100)
  .describe('nothing is changed where it would be more rows');
const where = fields.describe('what the rows hold, by column: {"id": 7}; null is met by null');

const namesOf = (rows: readonly Record<string, unknown>[]): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row))),
];

export const postgresWrites = [
  action({
    name: 'insert_rows',
    description: 'Add rows to a table; columns that are not given take their defaults.',
    class: 'write',
    input: {
      schema,
      table,
      rows: z.array(fields).min(1).max(500).describe('all with the same columns'),
    },
    restoreIn: ['rows'],
    nameFields,
    request: ({ rows, ...of }) => ({
      kind: 'change',
      sql: sql.insertionOf(of, namesOf(rows)),
      values: [JSON.stringify(rows)],
    }),
  }),
  action({
    name: 'update_rows',
    description: 'Change the rows of a table that hold certain values.',
    class: 'write',
    input: {
      schema,
      table,
      set: fields.describe('the new values, by column'),
      where,
      max_rows: maxRows,
    },
    restoreIn: ['set', 'where'],
    nameFields,
    request: ({ set, where: wanted, max_rows: mostRows, ...of }) => ({
      kind: 'change',
      sql: sql.updateOf(of, Object.keys(set), Object.keys(wanted)),
      values: [JSON.stringify(set), JSON.stringify(wanted)],
      mostRows,
    }),
  }),
  action({
    name: 'delete_rows',
    description: 'Remove the rows of a table that hold certain values.',
    class: 'high_risk',
    category: 'delete',
    input: { schema, table, where, max_rows: maxRows },
    restoreIn: ['where'],
    request: ({ where: wanted, max_rows: mostRows, ...of }) => ({
      kind: 'change',
      sql: sql.deletionOf(of, Object.keys(wanted)),
      values: [JSON.stringify(wanted)],
      mostRows,
    }),
  }),
  action({
    name: 'execute',
    description: 'Run any one statement, also one that changes tables or deletes.',
    class: 'high_risk',
    category: 'raw_api',
    input: {
      sql: statement.describe('one statement; it is committed where it succeeds'),
      values: z
        .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .max(100)
        .default([])
        .describe('what $1, $2 and so on stand for in it'),
    },
    // Not in the statement: a value that people chose themselves would be read as SQL.
    restoreIn: ['values'],
    nameFields,
    request: ({ sql: text, values }) => ({ kind: 'change', sql: text, values }),
  }),
];
