// What actions of PostgreSQL take and answer.
import { z } from 'zod';
import { listOf } from '../json.ts';

const identifier = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[^\0]+$/, 'is no name');

export const schema = identifier.default('public').describe('name of the schema');
export const table = identifier.describe('name of the table or view');

export const statement = z.string().min(1).max(100_000);

export const pages = {
  limit: z.int().min(1).max(100).default(50).describe('how many at most'),
  next: z.int().min(0).max(10_000_000).default(0).describe('`next` of the page before'),
};

/** Columns of people's tables whose values are names. */
export const nameFields = [
  'name',
  'full_name',
  'first_name',
  'last_name',
  'display_name',
  'given_name',
  'family_name',
  'surname',
  'customer_name',
  'contact_name',
  'author',
  'owner',
];

/** Of rows by their columns: `{ status: 'open' }`. */
export const fields = z
  .record(identifier, z.unknown())
  .refine((value) => Object.keys(value).length > 0, 'names no column')
  .refine((value) => Object.keys(value).length <= 200, 'names more than 200 columns');

export const rowsOf = (body: unknown): unknown[] => listOf(body, 'rows');

/** A page of a list that was asked for one row more than it shows. */
export function pageOf(
  body: unknown,
  { as, limit, next }: { as: string; limit: number; next: number },
) {
  const rows = rowsOf(body);
  return { [as]: rows.slice(0, limit), next: rows.length > limit ? next + limit : null };
}

export const firstOf = (body: unknown): unknown => rowsOf(body)[0] ?? null;
