// Paths, ids and pages of Windmill. Answers come in two spellings: `script_path` from a remote
// workspace, `scriptPath` from the own one; results have the first.
import { z } from 'zod';
import type { JsonObject } from '../../action.ts';
import { objectOf, objectsOf } from '../shaping.ts';

export const path = z
  .string()
  .max(255)
  .regex(/^[ufg]\/[\w-]+(?:\/[\w-]+)+$/, 'is no path, such as f/team/report')
  .describe('path, such as f/team/report');

export const jobId = z.uuid().describe('id of the job');
export const args = z.record(z.string().max(255), z.unknown());

export const pages = {
  limit: z.int().min(1).max(100).default(25).describe('how many at most'),
  next: z.int().min(1).max(100_000).default(1).describe('`next` of the page before'),
};

interface Page {
  limit: number;
  next: number;
}

export const remotePage = ({ limit, next }: Page) => ({ per_page: limit, page: next });
export const ownPage = ({ limit, next }: Page) => ({ perPage: limit, page: next });

const camel = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** These fields by their remote names, whichever of the two spellings they came in. */
export function told(value: unknown, ...names: string[]): JsonObject {
  const from = objectOf(value);
  const found = names.map((name) => [name, from[name] ?? from[camel(name)]] as const);
  return Object.fromEntries(found.filter(([, one]) => one !== undefined));
}

/** A full page may have one after it. */
export function listed(
  body: unknown,
  { as, fields, page }: { as: string; fields: readonly string[]; page: Page },
): JsonObject {
  const rows = objectsOf(body);
  return {
    [as]: rows.map((row) => told(row, ...fields)),
    next: rows.length < page.limit ? null : page.next + 1,
  };
}
