// Who calls, for verbs that act on the caller's own account or name the caller.
import { AppError } from '../base/index.ts';
import type { Call, Membership } from '../operation/index.ts';

/** The id of the person who calls; the product itself has no account. */
export function personOf(call: Call): string {
  const { userId } = call.caller;
  if (userId !== null) return userId;
  throw new AppError('unauthenticated', 'This needs a login or a token.', {
    hint: 'Send `Authorization: Bearer <token>`.',
  });
}

/** What the caller is in the workspace of the call. */
export function membershipOf(call: Call): Membership {
  const { membership } = call.caller;
  if (membership) return membership;
  throw new AppError('forbidden', 'This needs a workspace that you are a member of.', {
    hint: 'Name it (/api/w/<workspace>/…, ?workspace=<id>), or ask its admin to add you.',
  });
}

/** Told after a committed change of people, members, groups, folders or tokens. */
export type Changed = () => void;
