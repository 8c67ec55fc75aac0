// What declarations share: parts of paths that cannot leave their place, and the keeping of a few
// fields out of answers that nobody has checked.
import { z } from 'zod';
import type { JsonObject } from '../action.ts';
import { objectOf } from './json.ts';

export { objectOf, textIn as textOf } from './json.ts';

/** One segment of a path: an identifier as the service gave it. */
export const pathPart = z
  .string()
  .min(1)
  .max(300)
  .regex(/^(?!\.{1,2}$)[^/\\\r\n]+$/, 'is no identifier: it has slashes, or is a dot or two');

/** The paging of services that give a token for the page after. */
export const pagesByToken = {
  limit: z.int().min(1).max(100).default(25).describe('how many at most'),
  next: z.string().min(1).max(4000).optional().describe('`next` of the page before'),
};

/** The objects of a list. */
export const objectsOf = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.map(objectOf) : [];

/** These fields, where they are there. */
export function keep(value: unknown, ...fields: string[]): JsonObject {
  const from = objectOf(value);
  return Object.fromEntries(
    fields.filter((field) => from[field] !== undefined).map((field) => [field, from[field]]),
  );
}

/** A page out of an answer with `nextPageToken`. */
export function pageOf(
  body: unknown,
  { list, as = list, item }: { list: string; as?: string; item: (one: JsonObject) => unknown },
): JsonObject {
  const from = objectOf(body);
  return { [as]: objectsOf(from[list]).map(item), next: from['nextPageToken'] ?? null };
}

/** Only the fields with a value: services read an absent field and null as different things. */
export const given = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
