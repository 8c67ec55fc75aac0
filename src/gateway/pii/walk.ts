// Goes through JSON and answers it with other strings; what did not change is the same object.
import { AppError } from '../../base/index.ts';
import type { Path } from './fields.ts';

/** Deeper is no answer of a service, and would end the stack. */
const maxDepth = 500;

export interface Visit {
  /** A string, the name of a field (`isName`), or a number in a field for numbers to call. */
  text(text: string, path: Path, isName: boolean): string;
  number?(value: number, path: Path): string | number;
  object?(value: Readonly<Record<string, unknown>>, path: Path): void;
}

function walkObject(value: Record<string, unknown>, path: Path, visit: Visit): unknown {
  visit.object?.(value, path);
  let changed: [string, unknown][] | undefined;
  const entries = Object.entries(value);
  for (const [place, [name, item]] of entries.entries()) {
    const newName = visit.text(name, path, true);
    const newItem = walk(item, [...path, name], visit);
    if (newName === name && newItem === item) continue;
    changed ??= [...entries];
    changed[place] = [newName, newItem];
  }
  return changed ? Object.fromEntries(changed) : value;
}

function walkList(value: readonly unknown[], path: Path, visit: Visit): unknown {
  let changed: unknown[] | undefined;
  for (const [place, item] of value.entries()) {
    const newItem = walk(item, path, visit);
    if (newItem === item) continue;
    changed ??= [...value];
    changed[place] = newItem;
  }
  return changed ?? value;
}

/** Throws `too_large` for what is nested deeper than 500 levels. */
export function walk(value: unknown, path: Path, visit: Visit): unknown {
  if (path.length > maxDepth) {
    throw new AppError('too_large', `The value is nested more than ${maxDepth} levels deep.`);
  }
  if (typeof value === 'string') return visit.text(value, path, false);
  if (typeof value === 'number') return visit.number?.(value, path) ?? value;
  if (Array.isArray(value)) return walkList(value, path, visit);
  if (typeof value === 'object' && value !== null) {
    return walkObject(value as Record<string, unknown>, path, visit);
  }
  return value;
}
