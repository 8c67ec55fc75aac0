// The only permission function. Surfaces, lists, pickers and `tools/list` ask it too, so that
// what is shown is what can be called. Which rows a list shows is decided in SQL by each feature
// with the same rules (`readableBy` in identity).
import { AppError, notFound } from '../base/index.ts';
import { type Standing, standingOf } from './actions.ts';
import { type Caller, type Membership, principalsOf, type Role } from './caller.ts';
import type { AnyOperation, Target } from './operation.ts';
import { scopesAllow } from './scopes.ts';

/** What is asked for: an operation, or anything shaped like one (a script as a tool). */
export type Ask = Pick<AnyOperation, 'action' | 'risk' | 'tool'> & { name?: string };

export type Verdict = { allowed: true } | { allowed: false; error: AppError };

const yes: Verdict = { allowed: true };
const no = (error: AppError): Verdict => ({ allowed: false, error });

/** `u/bob/x` → `u/bob`, `f/team/x` → `f/team`: only the top of a path carries permission. */
export function ownerOf(path: string): string {
  return path.split('/', 2).join('/');
}

const offices: readonly Standing[] = ['devops', 'instance'];
const rankOf: Record<Role, number> = { operator: 0, developer: 1, admin: 2 };
/**
 * A job acts for a person, but never on the person's account: no token outlives the job, and none
 * that is for favourites gains by one.
 */
const notForJobs = new Set([
  'favorites:write',
  'gateway:write',
  'gateway_admin:write',
  'session:write',
  'tokens:write',
]);

const forbidden = (message: string, hint?: string): AppError =>
  new AppError('forbidden', message, hint === undefined ? {} : { hint });

/** Services are reached by who has an account there, or by a flow that was allowed to. */
const ofServices = new Set(['services:read', 'services:write']);

/** A delegated token reaches services alone; the token of a job has to be exchanged for one. */
function delegationRefusal(
  { delegation, kind }: Caller,
  { action }: Ask,
  target: Target | undefined,
): AppError | undefined {
  const isService = ofServices.has(action);
  if (delegation !== null) {
    // What the flow declares is looked at by the gateway, which keeps a row of what it refuses.
    if (isService && target?.kind === 'services') return undefined;
    return forbidden(
      'A delegated token reaches the services that its flow declares, and nothing else.',
      'Use the token of the job (WM_TOKEN) for everything else.',
    );
  }
  if (kind !== 'job' || !isService) return undefined;
  return forbidden(
    'A job reaches services only through a delegation.',
    'Declare gateway-services in the flow, and exchange the token of the job at /auth/token.',
  );
}

/** What the token itself rules out, whoever it belongs to. */
function tokenRefusal(caller: Caller, ask: Ask, standing: Standing): AppError | undefined {
  if (caller.readOnly && ask.risk !== 'read') return forbidden('This token is read-only.');
  if (caller.kind === 'job' && notForJobs.has(ask.action)) {
    return forbidden('A job may not do this; a person has to.');
  }
  const { boundWorkspace, membership } = caller;
  if (boundWorkspace === null || standing === 'person') return undefined;
  if (offices.includes(standing)) {
    return forbidden(
      `This token is bound to the workspace ${boundWorkspace}.`,
      'Use a token that is bound to none.',
    );
  }
  if (membership?.workspace === boundWorkspace) return undefined;
  return forbidden(
    `This token is bound to the workspace ${boundWorkspace}, to members of it.`,
    `Name that workspace, or use a token for this one.`,
  );
}

function roleRefusal(caller: Caller, needed: Role): AppError | undefined {
  const { membership } = caller;
  if (!membership) {
    return forbidden(
      'This needs a workspace that you are a member of.',
      'Name it (/api/w/<workspace>/…, ?workspace=<id>), or ask its admin to add you.',
    );
  }
  if (rankOf[membership.role] >= rankOf[needed]) return undefined;
  if (needed === 'admin') return forbidden('Only an admin of the workspace may do this.');
  return forbidden(
    'Operators run deployed items; they do not change them.',
    'Ask an admin of the workspace for the developer role.',
  );
}

/** A preview is code that the caller brings along. */
function previewRefusal(caller: Caller, target: Target | undefined): AppError | undefined {
  if (target?.kind !== 'previews' || caller.membership?.role !== 'operator') return undefined;
  return forbidden(
    'Operators run deployed items; they do not bring code.',
    'Ask an admin of the workspace for the developer role.',
  );
}

/**
 * A job may watch itself and note things about itself (how far it is, what its steps have done),
 * whatever the scopes of who started it: that is part of running it.
 */
function isOwnJob(caller: Caller, ask: Ask, target: Target | undefined): boolean {
  if (caller.jobId === null || target?.kind !== 'jobs') return false;
  return target.path === caller.jobId && ask.action !== 'jobs:run';
}

function standingRefusal(caller: Caller, standing: Standing): AppError | undefined {
  switch (standing) {
    case 'anyone':
    case 'person':
      return undefined;
    case 'instance':
      return caller.superAdmin ? undefined : forbidden('Only an instance admin may do this.');
    case 'devops':
      return caller.superAdmin || caller.devops
        ? undefined
        : forbidden('Only a devops or an instance admin may do this.');
    default:
      return roleRefusal(caller, standing);
  }
}

function holdsGrant(membership: Membership, target: Target, writes: boolean): boolean {
  return principalsOf(membership).some((principal) => {
    const grant = target.extraPerms?.[principal];
    return grant === true || (grant === false && !writes);
  });
}

function pathAllows(membership: Membership, target: Target, writes: boolean): boolean {
  const owner = ownerOf(target.path);
  // Stored files that are in nobody's place are the whole workspace's.
  if (target.kind === 'files' && !/^[uf]\//.test(owner)) return true;
  // Everybody sees the groups; who may change one stands in its own grants.
  if (owner.startsWith('g/')) return !writes || holdsGrant(membership, target, true);
  if (owner.startsWith('hub/')) return !writes;
  const { read, write, own } = membership.folders;
  const folder = owner.startsWith('f/') ? owner.slice(2) : undefined;
  if (folder !== undefined && target.kind === 'folders') {
    return (writes ? own : read).includes(folder);
  }
  if (owner === `u/${membership.username}`) return true;
  if (folder !== undefined && (writes ? write : read).includes(folder)) return true;
  return holdsGrant(membership, target, writes);
}

/** Paths have slashes; ids, hashes and names have none, and the feature's verb looks them up. */
function pathRefusal(caller: Caller, ask: Ask, target: Target): AppError | undefined {
  const { membership } = caller;
  if (!target.path.includes('/') || !membership || membership.role === 'admin') return undefined;
  // Running an item needs only the right to read it.
  const writes = ask.risk !== 'read' && ask.action !== 'jobs:run';
  if (pathAllows(membership, target, writes)) return undefined;
  if (writes && pathAllows(membership, target, false)) {
    return forbidden(`You may read ${target.path} but not change it.`);
  }
  // The same words as the feature's own: what is hidden and what is not there look alike.
  return notFound(target.kind.replace(/s$/, ''), target.path);
}

/**
 * May `caller` do `ask`, on `target` if it is named? In this order: the limit of a delegation, a
 * known action, signed in, the token's own limits (read-only, workspace, scopes), standing, path.
 * What is not allowed by a rule is refused, also to admins.
 */
export function authorise(caller: Caller, ask: Ask, target?: Target): Verdict {
  if (caller.kind === 'system') return yes;
  const beyond = delegationRefusal(caller, ask, target);
  if (beyond) return no(beyond);
  const standing = standingOf(ask.action);
  if (standing === undefined) return no(forbidden(`Nobody may do ${ask.action}.`));
  if (standing === 'anyone') return yes;
  if (caller.kind === 'anonymous') {
    return no(
      new AppError('unauthenticated', 'This needs a login or a token.', {
        hint: 'Send `Authorization: Bearer <token>`.',
      }),
    );
  }
  const refusal =
    tokenRefusal(caller, ask, standing) ??
    (isOwnJob(caller, ask, target) || caller.delegation !== null
      ? undefined
      : scopesAllow(caller, ask, target)) ??
    standingRefusal(caller, standing) ??
    previewRefusal(caller, target) ??
    (target ? pathRefusal(caller, ask, target) : undefined);
  return refusal ? no(refusal) : yes;
}
