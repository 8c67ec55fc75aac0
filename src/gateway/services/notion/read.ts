// What Notion tells: pages and databases by words or id, their content, comments, people.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { listOf, objectOf } from '../json.ts';
import {
  block,
  blockId,
  brief,
  comment,
  databaseId,
  nextOf,
  page,
  pageId,
  pageOf,
  paging,
  people,
  person,
  schemaOf,
  userId,
} from './shapes.ts';

const json = z.record(z.string().max(200), z.unknown());

export const notionReads = [
  action({
    name: 'search',
    description: 'Find pages and databases by words in their titles, latest change first.',
    class: 'read',
    input: {
      query: z.string().max(500).default('').describe('words in the title; empty: everything'),
      kind: z.enum(['page', 'database']).optional().describe('only these'),
      ...paging,
    },
    restoreIn: ['query'],
    nameFields: people,
    request: ({ query, kind, ...rest }) => ({
      method: 'POST',
      path: '/v1/search',
      json: {
        query,
        filter: kind === undefined ? undefined : { property: 'object', value: kind },
        sort: { timestamp: 'last_edited_time', direction: 'descending' },
        ...pageOf(rest),
      },
    }),
    result: (body) => ({ results: listOf(body, 'results').map(brief), next: nextOf(body) }),
  }),
  action({
    name: 'get_page',
    description: 'Read the properties of a page; get_page_content has its text.',
    class: 'read',
    input: { page_id: pageId },
    nameFields: people,
    request: ({ page_id: id }) => ({ method: 'GET', path: path`/v1/pages/${id}` }),
    result: page,
  }),
  action({
    name: 'get_page_content',
    description: 'Read the text of a page or of a block that has children, block by block.',
    class: 'read',
    input: { page_id: pageId.describe('id of the page or block'), ...paging },
    nameFields: people,
    request: ({ page_id: id, ...rest }) => ({
      method: 'GET',
      path: path`/v1/blocks/${id}/children`,
      query: pageOf(rest),
    }),
    result: (body) => ({ blocks: listOf(body, 'results').map(block), next: nextOf(body) }),
  }),
  action({
    name: 'get_block',
    description: 'Read one block.',
    class: 'read',
    input: { block_id: blockId },
    request: ({ block_id: id }) => ({ method: 'GET', path: path`/v1/blocks/${id}` }),
    result: (body) => block(objectOf(body)),
  }),
  action({
    name: 'get_database',
    description: 'Read the properties that the pages of a database have, with their options.',
    class: 'read',
    input: { database_id: databaseId },
    request: ({ database_id: id }) => ({ method: 'GET', path: path`/v1/databases/${id}` }),
    result: schemaOf,
  }),
  action({
    name: 'query_database',
    description: 'List pages of a database, filtered and sorted as Notion writes it.',
    class: 'read',
    input: {
      database_id: databaseId,
      filter: json
        .optional()
        .describe('such as {"property": "Status", "status": {"equals": "Done"}}'),
      sorts: z
        .array(json)
        .max(10)
        .optional()
        .describe('such as [{"property": "Due", "direction": "ascending"}]'),
      ...paging,
    },
    restoreIn: ['filter'],
    nameFields: people,
    request: ({ database_id: id, filter, sorts, ...rest }) => ({
      method: 'POST',
      path: path`/v1/databases/${id}/query`,
      json: { filter, sorts, ...pageOf(rest) },
    }),
    result: (body) => ({ pages: listOf(body, 'results').map(page), next: nextOf(body) }),
  }),
  action({
    name: 'get_comments',
    description: 'Read the open comments on a page.',
    class: 'read',
    input: { page_id: pageId, ...paging },
    request: ({ page_id: id, ...rest }) => ({
      method: 'GET',
      path: '/v1/comments',
      query: { block_id: id, ...pageOf(rest) },
    }),
    result: (body) => ({ comments: listOf(body, 'results').map(comment), next: nextOf(body) }),
  }),
  action({
    name: 'list_users',
    description: 'List the people of the Notion workspace.',
    class: 'read',
    input: paging,
    nameFields: people,
    request: (rest) => ({ method: 'GET', path: '/v1/users', query: pageOf(rest) }),
    result: (body) => ({ users: listOf(body, 'results').map(person), next: nextOf(body) }),
  }),
  action({
    name: 'get_user',
    description: 'Read who somebody is; without an id, who the key belongs to.',
    class: 'read',
    input: { user_id: userId.optional() },
    nameFields: people,
    request: ({ user_id: id }) => ({ method: 'GET', path: path`/v1/users/${id ?? 'me'}` }),
    result: (body) => person(objectOf(body)),
  }),
];
