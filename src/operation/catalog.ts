// The catalog: every operation under its name. Built once at start from the features' lists.
import { AppError, nearest } from '../base/index.ts';
import { standingOf } from './actions.ts';
import type { AnyOperation } from './operation.ts';

export interface Catalog {
  get(name: string): AnyOperation | undefined;
  /** Like `get`, but throws `not_found` with the nearest name. */
  require(name: string): AnyOperation;
  /** Sorted by name. */
  list(): readonly AnyOperation[];
}

const namePattern = /^[a-z][a-zA-Z]*\.[a-z][a-zA-Z]*$/;
const actionPattern = /^[a-z_]+:(read|write|run|list)$/;

/** Throws a plain error (a bug, found at start) on a duplicate or misshapen declaration. */
export function createCatalog(lists: readonly (readonly AnyOperation[])[]): Catalog {
  const operations = new Map<string, AnyOperation>();
  for (const entry of lists.flat()) {
    if (!namePattern.test(entry.name)) throw new Error(`operation name "${entry.name}"`);
    if (!actionPattern.test(entry.action)) throw new Error(`action "${entry.action}"`);
    if (standingOf(entry.action) === undefined) {
      throw new Error(`${entry.name}: ${entry.action} is not in operation/actions.ts`);
    }
    if (!entry.summary.endsWith('.')) throw new Error(`${entry.name}: summary has no full stop`);
    if (operations.has(entry.name)) throw new Error(`operation ${entry.name} is declared twice`);
    operations.set(entry.name, entry);
  }
  const sorted = [...operations.values()].toSorted((a, b) => a.name.localeCompare(b.name));
  return {
    get: (name) => operations.get(name),
    require(name) {
      const found = operations.get(name);
      if (found) return found;
      const similar = nearest(name, operations.keys());
      throw new AppError('not_found', `There is no operation "${name}"`, {
        hint: similar ? `Did you mean "${similar}"?` : 'GET /api/openapi.json lists them all.',
      });
    },
    list: () => sorted,
  };
}
