// What people change in Notion: pages, their content, comments.
import { z } from 'zod';
import { action } from '../../action.ts';
import { path } from '../../address.ts';
import { listOf, objectOf, pick } from '../json.ts';
import { block, blockId, brief, databaseId, pageId } from './shapes.ts';
import { blocksOf, richText } from './text.ts';

/** Notion takes no more blocks at a time. */
const maxBlocks = 100;

const title = z.string().min(1).max(2000).describe('title of the page');
const text = z
  .string()
  .min(1)
  .max(100_000)
  .refine((said) => blocksOf(said).length <= maxBlocks, `has more than ${maxBlocks} lines`)
  .describe('text, a line a block; # headings, - lists, - [ ] tasks, > quotes');
const properties = z
  .record(z.string().max(200), z.unknown())
  .describe('as Notion writes them, such as {"Status": {"status": {"name": "Done"}}}');

const editable = [
  'paragraph',
  'heading_1',
  'heading_2',
  'heading_3',
  'to_do',
  'quote',
  'bulleted_list_item',
  'numbered_list_item',
] as const;

/** `title` is also the id of the property that holds it, whatever its name. */
const withTitle = (said: string | undefined, given: object = {}) => ({
  ...given,
  ...(said === undefined ? {} : { title: { title: richText(said) } }),
});

export const notionWrites = [
  action({
    name: 'create_page',
    description: 'Create a page, in a database or below another page.',
    class: 'write',
    input: {
      parent_id: pageId.describe('id of the page or database that it goes into'),
      parent_kind: z.enum(['page', 'database']).default('page').describe('what parent_id is'),
      title,
      content: text.optional(),
      properties: properties.optional(),
    },
    restoreIn: ['title', 'content', 'properties'],
    request: ({
      parent_id: parent,
      parent_kind: kind,
      title: said,
      content,
      properties: more,
    }) => ({
      method: 'POST',
      path: '/v1/pages',
      json: {
        parent: { [`${kind}_id`]: parent },
        properties: withTitle(said, more),
        children: content === undefined ? undefined : blocksOf(content),
      },
    }),
    result: (body) => pick(body, 'id', 'url'),
  }),
  action({
    name: 'update_page',
    description: 'Change the title or properties of a page; what is not given stays.',
    class: 'write',
    input: { page_id: pageId, title: title.optional(), properties: properties.optional() },
    restoreIn: ['title', 'properties'],
    request: ({ page_id: id, title: said, properties: more }) => ({
      method: 'PATCH',
      path: path`/v1/pages/${id}`,
      json: { properties: withTitle(said, more) },
    }),
    result: (body) => brief(objectOf(body)),
  }),
  action({
    name: 'append_blocks',
    description: 'Add text at the end of a page or block.',
    class: 'write',
    input: { page_id: pageId.describe('id of the page or block'), content: text },
    restoreIn: ['content'],
    request: ({ page_id: id, content }) => ({
      method: 'PATCH',
      path: path`/v1/blocks/${id}/children`,
      json: { children: blocksOf(content) },
    }),
    result: (body) => ({ blocks: listOf(body, 'results').map(block) }),
  }),
  action({
    name: 'update_block',
    description: 'Replace the text of a block.',
    class: 'write',
    input: {
      block_id: blockId,
      type: z.enum(editable).describe('type of the block, as get_page_content told it'),
      text: z.string().min(1).max(20_000).describe('the new text'),
    },
    restoreIn: ['text'],
    request: ({ block_id: id, type, text: said }) => ({
      method: 'PATCH',
      path: path`/v1/blocks/${id}`,
      json: { [type]: { rich_text: richText(said) } },
    }),
    result: (body) => block(objectOf(body)),
  }),
  action({
    name: 'add_comment',
    description: 'Comment on a page.',
    class: 'write',
    input: {
      page_id: pageId,
      text: z.string().min(1).max(20_000).describe('plain text'),
    },
    restoreIn: ['text'],
    request: ({ page_id: id, text: said }) => ({
      method: 'POST',
      path: '/v1/comments',
      json: { parent: { page_id: id }, rich_text: richText(said) },
    }),
    result: (body) => pick(body, 'id', 'discussion_id'),
  }),
  action({
    name: 'archive_page',
    description: 'Move a page with everything below it to the trash of Notion.',
    class: 'high_risk',
    category: 'archive',
    input: { page_id: pageId },
    request: ({ page_id: id }) => ({
      method: 'PATCH',
      path: path`/v1/pages/${id}`,
      json: { archived: true },
    }),
    result: (body) => pick(body, 'id', 'archived'),
  }),
  action({
    name: 'archive_database',
    description: 'Move a database with all its pages to the trash of Notion.',
    class: 'high_risk',
    category: 'archive',
    input: { database_id: databaseId },
    request: ({ database_id: id }) => ({
      method: 'PATCH',
      path: path`/v1/databases/${id}`,
      json: { archived: true },
    }),
    result: (body) => pick(body, 'id', 'archived'),
  }),
  action({
    name: 'delete_block',
    description: 'Delete a block with everything in it.',
    class: 'high_risk',
    category: 'delete',
    input: { block_id: blockId },
    request: ({ block_id: id }) => ({ method: 'DELETE', path: path`/v1/blocks/${id}` }),
    result: (body) => pick(body, 'id', 'archived'),
  }),
];
