// Numbers and answers of Metabase: a query that failed answers like one that did not.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { refusal } from '../../reasons.ts';
import { saidOf } from '../../said.ts';
import { objectOf, objectsOf, textOf } from '../shaping.ts';

export const numberOf = (what: string) =>
  z
    .int()
    .min(1)
    .max(2 ** 31)
    .describe(what);

/** Pages by offset, which `next` carries. */
export const pages = {
  limit: z.int().min(1).max(100).default(25).describe('how many at most'),
  next: z.int().min(0).max(1_000_000).default(0).describe('`next` of the page before'),
};

export const creator = (value: unknown): unknown =>
  objectOf(objectOf(value)['creator'])['common_name'] ?? null;

/** Rows as objects by the names of their columns, from `next` on. */
export function rowsOf(
  body: unknown,
  { limit, next }: { limit: number; next: number },
): JsonObject {
  const answer = objectOf(body);
  if (answer['status'] === 'failed') {
    const said = saidOf(textOf(answer['error']) || 'no reason given');
    throw refusal('upstream_failed', `Metabase could not run it: ${said}`);
  }
  const inner = objectOf(answer['data']);
  const names = objectsOf(inner['cols']).map((column) => String(column['name']));
  const all = Array.isArray(inner['rows']) ? inner['rows'] : [];
  const rows = all.slice(next, next + limit).map((row: unknown) => {
    const cells: unknown[] = Array.isArray(row) ? row : [];
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? null]));
  });
  const more = next + limit < all.length;
  return { rows, total: all.length, next: more ? next + limit : null };
}
