// Asks the one permission function for lists: may this caller call the tool on anything at all?
// Which of the items the caller may read is decided in SQL before; here only rank and scopes count.
import { type Ask, authorise, type Caller, type Target } from '../../../operation/index.ts';

/** An item that the caller is known to be able to read. */
export function readable(caller: Caller, target: Target): Target {
  const { membership } = caller;
  return membership ? { ...target, extraPerms: { [`u/${membership.username}`]: true } } : target;
}

const pathsOf = new WeakMap<readonly string[], readonly string[]>();

/** Paths that the scopes name: if a confined token reaches anything, it reaches these. */
function namedPaths(scopes: readonly string[] | null): readonly string[] {
  if (scopes === null) return [];
  const known = pathsOf.get(scopes);
  if (known) return known;
  const paths = scopes
    .flatMap((scope) => scope.slice(scope.lastIndexOf(':') + 1).split(','))
    .map((pattern) => pattern.trim().replace(/\/\*$/, '/x'))
    .filter((path) => path.includes('/'));
  pathsOf.set(scopes, paths);
  return paths;
}

/** One starred path is enough: a tool that runs it is of use. */
function starredPaths({ stars }: Caller, kind: string): readonly string[] {
  if (stars === null) return [];
  return (kind === 'scripts' ? stars.scripts : stars.flows).slice(0, 1);
}

/** Whether some call of `ask` would be allowed, on one of `targets` or on what the scopes name. */
export function mayOnSome(caller: Caller, ask: Ask, targets: readonly Target[]): boolean {
  if (targets.length === 0) return authorise(caller, ask).allowed;
  const candidates = targets.flatMap((target) =>
    (target.kind === 'scripts' || target.kind === 'flows') && target.path === '*'
      ? [
          { ...target, path: 'f/any/item' },
          ...namedPaths(caller.scopes).map((path) => ({ ...target, path })),
          ...starredPaths(caller, target.kind).map((path) => ({ ...target, path })),
        ]
      : [target],
  );
  return candidates.some((target) => authorise(caller, ask, readable(caller, target)).allowed);
}
