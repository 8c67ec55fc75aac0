// Answers of services are JSON of any shape: these read parts of it, and what is not there is null.
import { isObject } from '../../base/index.ts';
import type { JsonObject } from '../action.ts';

/** The object, or an empty one for anything else. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** What stands at `keys`, one inside the other. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let found: unknown = value;
  for (const key of keys) found = objectOf(found)[key];
  return found ?? null;
}

/** The objects of a list. */
export const objectsOf = (list: unknown): JsonObject[] =>
  Array.isArray(list) ? list.filter(isObject) : [];

/** The objects of a list in an answer. */
export const listOf = (body: unknown, field: string): JsonObject[] => objectsOf(at(body, field));

/** Only these fields. */
export const pick = (value: unknown, ...fields: readonly string[]): JsonObject =>
  Object.fromEntries(fields.map((field) => [field, at(value, field)]));

/** The text, or an empty one for anything else. */
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
