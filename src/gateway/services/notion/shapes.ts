// What is kept of Notion's answers: plain text of rich text, plain values of properties.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { at, listOf, objectOf, objectsOf, pick, textIn } from '../json.ts';

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i, 'is no id of Notion: 32 hex digits');

export const pageId = uuid.describe('id of the page, from search');
export const databaseId = uuid.describe('id of the database, from search');
export const blockId = uuid.describe('id of the block, from get_page_content');
export const userId = uuid.describe('id of the person, from list_users');

export const paging = {
  limit: z.int().min(1).max(100).default(25).describe('how many at most'),
  next: z.string().max(200).optional().describe('`next` of the page before'),
};

/** Fields of results that hold people's names. */
export const people = ['person_name', 'people', 'created_by', 'email'];

export const pageOf = ({ limit, next }: { limit: number; next?: string | undefined }) => ({
  page_size: limit,
  start_cursor: next,
});

export const nextOf = (body: unknown): unknown => at(body, 'next_cursor');

/** Rich text without its looks. */
const plain = (rich: unknown): string =>
  objectsOf(rich)
    .map((part) => textIn(at(part, 'plain_text') ?? at(part, 'text', 'content')))
    .join('');

const nameOf = (value: unknown): unknown => at(value, 'name');

/** How the value of each type of property is told; types that are not here are told as they are. */
const valueOf: Readonly<Record<string, (value: unknown) => unknown>> = {
  title: plain,
  rich_text: plain,
  select: nameOf,
  status: nameOf,
  multi_select: (value) => objectsOf(value).map(nameOf),
  people: (value) => ({ people: objectsOf(value).map(nameOf) }),
  relation: (value) => objectsOf(value).map(({ id }) => id),
  date: (value) => (value === null ? null : pick(value, 'start', 'end')),
  formula: (value) => at(value, String(at(value, 'type'))),
  files: (value) => objectsOf(value).map(nameOf),
};

function propertiesOf(found: unknown): JsonObject {
  const entries = Object.entries(objectOf(found)).map(([name, property]): [string, unknown] => {
    const type = String(at(property, 'type'));
    const value = at(property, type);
    return [name, Object.hasOwn(valueOf, type) ? valueOf[type]?.(value) : value];
  });
  return Object.fromEntries(entries);
}

/** A page's title stands in the property of that type, whatever its name. */
function titleOf(found: JsonObject): string {
  if (found['object'] === 'database') return plain(found['title']);
  const titles = Object.values(objectOf(found['properties'])).filter(
    (property) => at(property, 'type') === 'title',
  );
  return plain(at(titles[0], 'title'));
}

export const brief = (found: JsonObject): JsonObject => ({
  ...pick(found, 'id', 'object', 'url', 'archived', 'created_time', 'last_edited_time'),
  title: titleOf(found),
});

export const page = (body: unknown): JsonObject => {
  const found = objectOf(body);
  return { ...brief(found), properties: propertiesOf(found['properties']) };
};

export const person = (user: JsonObject): JsonObject => ({
  ...pick(user, 'id', 'type'),
  person_name: user['name'] ?? null,
  email: at(user, 'person', 'email'),
});

export function block(found: JsonObject): JsonObject {
  const type = String(found['type']);
  const inside = objectOf(found[type]);
  return {
    ...pick(found, 'id', 'has_children'),
    type,
    text: plain(inside['rich_text']),
    ...(type === 'to_do' && { checked: inside['checked'] ?? false }),
    ...(type === 'code' && { language: inside['language'] ?? null }),
    ...(type.startsWith('child_') && { title: inside['title'] ?? null }),
  };
}

/** Of a comment: what was said, and by whom. */
export const comment = (said: JsonObject): JsonObject => ({
  ...pick(said, 'id', 'discussion_id', 'created_time'),
  text: plain(said['rich_text']),
  author_id: at(said, 'created_by', 'id'),
});

export const schemaOf = (body: unknown): JsonObject => ({
  ...brief(objectOf(body)),
  properties: Object.fromEntries(
    Object.entries(objectOf(at(body, 'properties'))).map(([name, property]) => {
      const type = String(at(property, 'type'));
      const options = listOf(at(property, type), 'options').map(nameOf);
      return [name, options.length > 0 ? { type, options } : { type }];
    }),
  ),
});
