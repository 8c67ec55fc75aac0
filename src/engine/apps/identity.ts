// As whom an app runs for others: who deployed it, unless an admin keeps somebody else.
import { AppError } from '../../base/index.ts';
import { type Call, type Caller, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { GivenPolicy } from './policy.ts';

export interface IdentityDeps {
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
}

/** `on_behalf_of` and the address of that account. */
export interface AppIdentity {
  username: string;
  email: string;
}

interface Said {
  policy?: GivenPolicy | undefined;
  preserveOnBehalfOf: boolean;
  /** The policy that stands. */
  before: { on_behalf_of: string } | undefined;
}

/** Admins and the group wm_deployers may deploy what runs as somebody else. */
function mayPreserve({ kind, membership }: Caller): boolean {
  return (
    kind === 'system' ||
    membership?.role === 'admin' ||
    membership?.groups.includes('wm_deployers') === true
  );
}

/**
 * Whoever changes what an app runs, runs it: code of one person never gets the rights of another.
 * Throws `invalid_input` for an identity that is nobody here.
 */
export async function prepareIdentity(
  deps: IdentityDeps,
  call: Call,
  said: Said,
): Promise<AppIdentity> {
  const { caller } = call;
  const own = { username: displayNameOf(caller), email: caller.email };
  const wanted = said.policy?.on_behalf_of ?? said.before?.on_behalf_of;
  if (!said.preserveOnBehalfOf || !wanted || wanted === `u/${own.username}`) return own;
  if (!mayPreserve(caller)) return own;
  if (!wanted.startsWith('u/')) {
    throw new AppError(
      'invalid_input',
      `policy.on_behalf_of: an app runs as a user, not ${wanted}.`,
      {
        hint: 'Give u/<username>.',
      },
    );
  }
  const username = wanted.slice(2);
  const person = await deps.memberOf(workspaceOf(call), username);
  if (person) return { username, email: person.email };
  throw new AppError('invalid_input', `policy.on_behalf_of: there is no user ${username} here.`);
}
