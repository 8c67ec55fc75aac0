// The innermost limit on what goes to a model: lists are cut to rows and values to bytes, and the
// result says how much there was and how to read on.
import { cutBytes, isObject } from '../../base/index.ts';
import type { JsonObject } from '../action.ts';
import type { Stage } from './flight.ts';

/** Of any answer; an action may declare less. */
const mostOfAll = { rows: 100, bytes: 65_536 };
type Most = typeof mostOfAll;

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** As many rows as fit, and what there was. */
function cutList(list: readonly unknown[], { rows, bytes: room }: Most): unknown[] {
  const kept: unknown[] = [];
  let size = 2;
  for (const row of list.slice(0, rows)) {
    size += sizeOf(row) + 1;
    if (size > room) break;
    kept.push(row);
  }
  return kept;
}

/** The longest list of an object, which is what a page of results consists of. */
function listIn(value: JsonObject): [key: string, list: unknown[]] | undefined {
  const lists = Object.entries(value).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  return lists.toSorted((a, b) => b[1].length - a[1].length)[0];
}

const rowsIn = (value: unknown): number =>
  Array.isArray(value) ? value.length : isObject(value) ? (listIn(value)?.[1].length ?? 0) : 0;

function cut(value: unknown, most: Most): unknown {
  if (Array.isArray(value)) {
    const rows = cutList(value, most);
    if (rows.length === value.length) return value;
    return { rows, truncated: true, total: value.length, next: rows.length };
  }
  const within = isObject(value) ? listIn(value) : undefined;
  if (isObject(value) && within) {
    const [key, list] = within;
    const others = sizeOf({ ...value, [key]: [] });
    const rows = cutList(list, { ...most, bytes: most.bytes - others });
    if (rows.length === list.length && others <= most.bytes) return value;
    if (rows.length > 0) {
      // Where the service itself says how to read on, its word stands.
      const next = 'next' in value ? {} : { next: rows.length };
      return { ...value, ...next, [key]: rows, truncated: true, total: list.length };
    }
  }
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  const kept = cutBytes(text, most.bytes);
  if (kept.length === text.length) return value;
  return { text: kept, truncated: true, totalBytes: Buffer.byteLength(text) };
}

/** Cuts a result to what a model can use, and notes how much is left of it. */
export const capStage: Stage = async ({ action, notes: noted }, next) => {
  const result = await next();
  const most = action.most ?? mostOfAll;
  noted.bytesOut = sizeOf(result.value);
  if (noted.bytesOut <= most.bytes && rowsIn(result.value) <= most.rows) return result;
  const value = cut(result.value, most);
  if (value === result.value) return result;
  noted.bytesOut = sizeOf(value);
  const note = 'The result was cut: ask for less, or for the next page, to see the rest.';
  return { ...result, value, notes: [...result.notes, note] };
};
