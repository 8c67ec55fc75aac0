// Questions of Metabase: finding, reading, running, writing them.
import { z } from 'zod';
import { action } from '../../action.ts';
import { given, keep, objectOf } from '../shaping.ts';
import { found } from './items.ts';
import { creator, numberOf, pages, rowsOf } from './shapes.ts';

const question = { question_id: numberOf('number of the question') };
const people = ['creator', 'common_name'];
const name = z.string().min(1).max(254).describe('its title');
const description = z.string().max(8000).optional().describe('what it tells');
const collection = numberOf('number of the collection').optional();

const brief = (body: unknown) => ({
  ...keep(body, 'id', 'name', 'description', 'display', 'collection_id', 'database_id'),
  ...keep(body, 'archived', 'updated_at'),
  creator: creator(body),
});

export const metabaseQuestions = [
  found('list_questions', 'card', 'Find questions by words in their title.'),
  action({
    name: 'get_question',
    description: 'Read what a question asks.',
    class: 'read',
    input: question,
    nameFields: people,
    request: ({ question_id: id }) => ({ method: 'GET', path: `/api/card/${id}` }),
    result: (body) => ({ ...brief(body), query: objectOf(body)['dataset_query'] ?? null }),
  }),
  action({
    name: 'run_question',
    description: 'Run a question and read its rows.',
    class: 'read',
    input: {
      ...question,
      parameters: z
        .array(
          z.strictObject({
            type: z.string().max(100).describe('such as category or date/single'),
            target: z.array(z.unknown()).max(10).describe('such as ["variable", …]'),
            value: z.unknown().describe('what to put in'),
          }),
        )
        .max(50)
        .default([])
        .describe('values of its parameters'),
      ...pages,
    },
    request: ({ question_id: id, parameters }) => ({
      method: 'POST',
      path: `/api/card/${id}/query`,
      json: { parameters },
    }),
    result: rowsOf,
  }),
  action({
    name: 'create_question',
    description: 'Keep a query over a table or in SQL as a question; it is not run.',
    class: 'write',
    input: {
      name,
      description,
      database_id: numberOf('number of the database'),
      sql: z.string().min(1).max(100_000).describe('in the language of the database'),
      display: z.enum(['table', 'bar', 'line', 'pie', 'scalar', 'area']).default('table'),
      collection_id: collection,
    },
    restoreIn: ['name', 'description'],
    nameFields: people,
    request: ({ database_id: database, sql, collection_id: where, ...more }) => ({
      method: 'POST',
      path: '/api/card',
      json: given({
        ...more,
        dataset_query: { database, type: 'native', native: { query: sql } },
        visualization_settings: {},
        collection_id: where,
      }),
    }),
    result: brief,
  }),
  action({
    name: 'update_question',
    description: 'Rename a question, describe it, or move it to another collection.',
    class: 'write',
    input: { ...question, name: name.optional(), description, collection_id: collection },
    restoreIn: ['name', 'description'],
    nameFields: people,
    request: ({ question_id: id, ...more }) => ({
      method: 'PUT',
      path: `/api/card/${id}`,
      json: given(more),
    }),
    result: brief,
  }),
  action({
    name: 'archive_question',
    description: 'Take a question out of every list.',
    class: 'high_risk',
    category: 'archive',
    input: question,
    request: ({ question_id: id }) => ({
      method: 'PUT',
      path: `/api/card/${id}`,
      json: { archived: true },
    }),
    result: (body) => keep(body, 'id', 'archived'),
  }),
];
