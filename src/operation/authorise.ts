// The only permission function. Surfaces, lists, pickers and `tools/list` ask it too, so that
// what is shown is what can be called. Which rows a list shows is decided in SQL by each feature
// with the same rules (`readableBy` in identity).
import { AppError } from '../base/index.ts';
import { type Caller, principalsOf } from './caller.ts';
import type { AnyOperation, Risk, Target } from './operation.ts';
import { scopesAllow } from './scopes.ts';

/** What is asked for: an operation, or anything shaped like one (a script as a tool). */
export type Ask = Pick<AnyOperation, 'action' | 'risk' | 'tool'> & { name?: string };

export type Verdict = { allowed: true } | { allowed: false; error: AppError };

const yes: Verdict = { allowed: true };
const no = (error: AppError): Verdict => ({ allowed: false, error });

/** Actions that belong to the instance, and the workspace actions that need its admin. */
const instanceAdmin = new Set(['instance:write', 'users:write', 'workers:write']);
const workspaceAdmin = new Set(['workspaces:write', 'members:write', 'audit:read']);
/** What operators may do besides reading: they run what others deployed. */
const operatorActions = new Set(['jobs:run', 'jobs:write', 'tokens:write', 'session:write']);
/** Actions that any signed-in person has on their own account, member of a workspace or not. */
const ownAccount = new Set([
  'session:read',
  'session:write',
  'tokens:read',
  'tokens:write',
  'workspaces:list',
  'workers:read',
]);

/** `u/bob/x` → `u/bob`, `f/team/x` → `f/team`: only the top of a path carries permission. */
export function ownerOf(path: string): string {
  return path.split('/', 2).join('/');
}

function pathAllows(caller: Caller, risk: Risk, target: Target): boolean {
  const { membership } = caller;
  if (!membership || membership.role === 'admin') return true;
  const owner = ownerOf(target.path);
  if (owner === `u/${membership.username}`) return true;
  const folder = owner.startsWith('f/') ? owner.slice(2) : undefined;
  const writes = risk !== 'read';
  const folders = writes ? membership.folders.write : membership.folders.read;
  if (folder !== undefined && folders.includes(folder)) return true;
  return principalsOf(membership).some((principal) => {
    const grant = target.extraPerms?.[principal];
    return grant === true || (grant === false && !writes);
  });
}

function roleAllows(caller: Caller, ask: Ask): AppError | undefined {
  if (ownAccount.has(ask.action)) return undefined;
  if (instanceAdmin.has(ask.action)) {
    return new AppError('forbidden', 'Only an instance admin may do this.');
  }
  const { membership } = caller;
  if (!membership) {
    return new AppError('forbidden', 'You are not a member of this workspace.', {
      hint: 'Ask an admin of the workspace to add you, or name another workspace.',
    });
  }
  if (membership.role === 'admin') return undefined;
  if (workspaceAdmin.has(ask.action)) {
    return new AppError('forbidden', 'Only an admin of the workspace may do this.');
  }
  if (membership.role === 'operator' && ask.risk !== 'read' && !operatorActions.has(ask.action)) {
    return new AppError('forbidden', 'Operators run deployed items; they do not change them.', {
      hint: 'Ask an admin of the workspace for the developer role.',
    });
  }
  return undefined;
}

/**
 * May `caller` do `ask`, on `target` if it is named? In this order: signed in, token's workspace,
 * read-only flag, token's scopes, role, path. Running an item needs only the right to read it.
 */
export function authorise(caller: Caller, ask: Ask, target?: Target): Verdict {
  if (caller.kind === 'system') return yes;
  if (caller.kind === 'anonymous') {
    return no(
      new AppError('unauthenticated', 'This needs a login or a token.', {
        hint: 'Send `Authorization: Bearer <token>`.',
      }),
    );
  }
  if (caller.readOnly && ask.risk !== 'read') {
    return no(new AppError('forbidden', 'This token is read-only.'));
  }
  const scopeError = scopesAllow(caller.scopes, ask, target);
  if (scopeError) return no(scopeError);
  if (caller.superAdmin) return yes;
  const roleError = roleAllows(caller, ask);
  if (roleError) return no(roleError);
  const risk = ask.action === 'jobs:run' ? 'read' : ask.risk;
  if (target && /^[uf]\//.test(target.path) && !pathAllows(caller, risk, target)) {
    const seen = risk !== 'read' && pathAllows(caller, 'read', target);
    return no(
      seen
        ? new AppError('forbidden', `You may read ${target.path} but not change it.`)
        : new AppError('not_found', `Not found: ${target.kind} not found at name ${target.path}`),
    );
  }
  return yes;
}
