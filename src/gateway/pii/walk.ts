// Goes through JSON and answers it with other strings; what did not change is the same object. Two
// walks through the same value visit in the same order.
import { AppError } from '../../base/index.ts';
import { createPlace, type Place } from './place.ts';

/** Deeper is no answer of a service, and would end the stack. */
const maxDepth = 500;

export interface Visit {
  text(text: string, place: Place): string;
  /** The name of a field of what stands at `place`. */
  name?(name: string, place: Place): string;
  number?(value: number, place: Place): string | number;
  object?(value: Readonly<Record<string, unknown>>): void;
}

function walkObject(value: Record<string, unknown>, place: Place, visit: Visit): unknown {
  visit.object?.(value);
  let changed: Record<string, unknown> | undefined;
  let renamed: Map<string, string> | undefined;
  for (const name of Object.keys(value)) {
    const item = value[name];
    const newName = visit.name?.(name, place) ?? name;
    const newItem = visitItem(item, place.field(name), visit);
    if (newName !== name) (renamed ??= new Map()).set(name, newName);
    // A copy has every name as its own, so that this sets a field whatever it is called.
    if (newItem !== item) (changed ??= { ...value })[name] = newItem;
  }
  if (!renamed) return changed ?? value;
  const entries = Object.entries(changed ?? value);
  return Object.fromEntries(entries.map(([name, item]) => [renamed.get(name) ?? name, item]));
}

function walkList(value: readonly unknown[], place: Place, visit: Visit): unknown {
  let changed: unknown[] | undefined;
  const inList = place.items();
  for (const [index, item] of value.entries()) {
    const newItem = visitItem(item, inList, visit);
    if (newItem !== item) (changed ??= [...value])[index] = newItem;
  }
  return changed ?? value;
}

function visitItem(value: unknown, place: Place, visit: Visit): unknown {
  if (typeof value === 'string') return visit.text(value, place);
  if (typeof value === 'number') return visit.number?.(value, place) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth > maxDepth) {
    throw new AppError('too_large', `The value is nested more than ${maxDepth} levels deep.`);
  }
  if (Array.isArray(value)) return walkList(value, place, visit);
  return walkObject(value as Record<string, unknown>, place, visit);
}

/** Throws `too_large` for what is nested deeper than 500 levels. */
export const walk = (value: unknown, visit: Visit, place: Place = createPlace()): unknown =>
  visitItem(value, place, visit);
