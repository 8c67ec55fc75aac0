// What runs, by the hash of its content: a small cache in memory in front of the table. A hash
// names its content, so an entry can never be stale.
import type { Database } from '../../store/index.ts';
import { selectBundle } from '../scripts/index.ts';

const capUnits = 64 * 1024 * 1024;

export function createBundles(db: Database) {
  const cache = new Map<string, string>();
  let units = 0;

  function keep(hash: string, code: string): void {
    if (cache.has(hash)) return;
    cache.set(hash, code);
    units += code.length;
    for (const [oldest, oldCode] of cache) {
      if (units <= capUnits || oldest === hash) break;
      cache.delete(oldest);
      units -= oldCode.length;
    }
  }

  return {
    /** The code of a bundle; throws a plain error when the row is gone, which would be a bug. */
    async get(hash: string): Promise<string> {
      const known = cache.get(hash);
      if (known !== undefined) {
        cache.delete(hash);
        cache.set(hash, known);
        return known;
      }
      const row = await db.row<{ code: string }>(selectBundle, [hash]);
      if (!row) throw new Error(`bundle ${hash} is not stored`);
      keep(hash, row.code);
      return row.code;
    },
  };
}

export type Bundles = ReturnType<typeof createBundles>;
