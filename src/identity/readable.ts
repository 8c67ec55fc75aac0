// Which items a caller may read, as SQL can ask it. Says the same as `authorise` for reading; a
// property test holds the two together.
import { type Caller, principalsOf } from '../operation/index.ts';

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
 * Scopes are not part of it: a token that is confined to paths is refused a list at the door.
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
