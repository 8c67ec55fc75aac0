// Databases behind Metabase: their tables, first rows, and SQL of one's own, which may change them.
import { z } from 'zod';
import { action } from '../../action.ts';
import { keep, objectOf, objectsOf } from '../shaping.ts';
import { numberOf, pages, rowsOf } from './shapes.ts';

const databaseId = numberOf('number of the database');
const tableId = numberOf('number of the table');

export const metabaseDatabases = [
  action({
    name: 'list_databases',
    description: 'List the databases that Metabase asks.',
    class: 'read',
    input: {},
    request: () => ({ method: 'GET', path: '/api/database' }),
    result: (body) => ({
      databases: objectsOf(objectOf(body)['data'] ?? body).map((one) =>
        keep(one, 'id', 'name', 'engine', 'description'),
      ),
    }),
  }),
  action({
    name: 'list_tables',
    description: 'List the tables of a database.',
    class: 'read',
    input: { database_id: databaseId, ...pages },
    request: ({ database_id: id }) => ({
      method: 'GET',
      path: `/api/database/${id}`,
      query: { include: 'tables' },
    }),
    result: (body, { limit, next }) => {
      const all = objectsOf(objectOf(body)['tables']);
      return {
        tables: all
          .slice(next, next + limit)
          .map((one) => keep(one, 'id', 'schema', 'name', 'display_name', 'description')),
        next: next + limit < all.length ? next + limit : null,
      };
    },
  }),
  action({
    name: 'get_table',
    description: 'Read the columns of a table.',
    class: 'read',
    input: { table_id: tableId },
    request: ({ table_id: id }) => ({ method: 'GET', path: `/api/table/${id}/query_metadata` }),
    result: (body) => ({
      ...keep(body, 'id', 'db_id', 'schema', 'name', 'description'),
      columns: objectsOf(objectOf(body)['fields']).map((one) =>
        keep(one, 'id', 'name', 'base_type', 'semantic_type', 'description'),
      ),
    }),
  }),
  action({
    name: 'preview_table',
    description: 'Read the first rows of a table.',
    class: 'read',
    input: {
      database_id: databaseId,
      table_id: tableId,
      limit: z.int().min(1).max(100).default(25).describe('how many at most'),
    },
    request: ({ database_id: database, table_id: table, limit }) => ({
      method: 'POST',
      path: '/api/dataset',
      json: { database, type: 'query', query: { 'source-table': table, limit } },
    }),
    result: (body, { limit }) => rowsOf(body, { limit, next: 0 }),
  }),
  action({
    name: 'run_native_query',
    description: 'Run SQL of your own; whether it may change anything, the database decides.',
    class: 'high_risk',
    category: 'raw_api',
    input: {
      database_id: databaseId,
      sql: z.string().min(1).max(100_000).describe('in the language of the database'),
      limit: pages.limit,
    },
    request: ({ database_id: database, sql }) => ({
      method: 'POST',
      path: '/api/dataset',
      json: { database, type: 'native', native: { query: sql } },
    }),
    result: (body, { limit }) => rowsOf(body, { limit, next: 0 }),
  }),
];
