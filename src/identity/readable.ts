// Which items a caller may read, as SQL can ask it. Says the same as `authorise` for reading; a
// property test holds the two together.
import { type Caller, confinedTo, principalsOf } from '../operation/index.ts';

export interface Readable {
  /** Everything in the workspace: admins and the product itself. */
  all: boolean;
  /** Tops of paths: 'u/bob', 'f/team'. */
  owners: string[];
  /** What `extra_perms` may name: 'u/bob', 'g/all', 'g/ops'. */
  principals: string[];
}

/**
 * For lists of items at a path. The predicate, with `owner` the first two parts of the path:
 *
 * ```sql
 * ($all or owner = any ($owners) or extra_perms ?| $principals)
 * ```
 *
 * Give `$all` as boolean, the others as `text[]`. Any value under a principal grants reading, so
 * `?|` (jsonb: has one of these keys) is the whole test. For folders themselves `'f/' || name`
 * stands for `owner`, and `extra_perms` is left out: what a folder grants is in `owners` already.
 * Scopes are not part of it: see `pathsWithin`.
 */
export function readableBy(caller: Caller): Readable {
  if (caller.kind === 'system') return { all: true, owners: [], principals: [] };
  const { membership } = caller;
  if (!membership) return { all: false, owners: [], principals: [] };
  return {
    all: membership.role === 'admin',
    owners: [`u/${membership.username}`, ...membership.folders.read.map((folder) => `f/${folder}`)],
    principals: principalsOf(membership),
  };
}

/**
 * For lists of items of `domain`: the paths that the token's scopes confine them to, as patterns of
 * SQL's `like`; null: all. The predicate: `($paths::text[] is null or path like any ($paths))`.
 * What general scopes confine to paths is refused as a list at the door.
 */
export function pathsWithin(caller: Caller, domain: string): string[] | null {
  const patterns = confinedTo(caller, { action: `${domain}:read`, risk: 'read' });
  if (patterns === null) return null;
  return patterns.flatMap((pattern) => {
    const text = pattern.replaceAll(/[\\%_]/g, '\\$&');
    return text.endsWith('/*') ? [text.slice(0, -2), `${text.slice(0, -1)}%`] : [text];
  });
}
