// Items that run with the rights of who deployed them, whoever runs them. Stored among the item's
// further fields under Windmill's names, and always settled here: nobody may name somebody else.
import { AppError } from '../../base/index.ts';
import { type Call, type Caller, workspaceOf } from '../../operation/index.ts';

/** As columns of what runs. */
export interface OnBehalf {
  /** `u/<username>`; null: whoever runs it. */
  onBehalfOf: string | null;
  onBehalfOfEmail: string | null;
}

export interface OnBehalfDeps {
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  usernameOf: (workspace: string, email: string) => Promise<string | undefined>;
}

/** Members of this group may deploy for others, as in Windmill. */
const deployers = 'wm_deployers';

/** The columns of `OnBehalf` from the json column `extra`. */
export const onBehalfColumns = (extra: string): string =>
  `${extra} ->> 'on_behalf_of' as "onBehalfOf", ` +
  `${extra} ->> 'on_behalf_of_email' as "onBehalfOfEmail"`;

/** The same from an item's further fields. */
export function onBehalfIn(extra: Readonly<Record<string, unknown>>): OnBehalf {
  const { on_behalf_of: identity, on_behalf_of_email: email } = extra;
  const isSet = typeof identity === 'string' && typeof email === 'string';
  return { onBehalfOf: isSet ? identity : null, onBehalfOfEmail: isSet ? email : null };
}

/** Whose rights a run has; nothing when it has those of who starts it. */
export function actorOf({ onBehalfOf, onBehalfOfEmail }: OnBehalf): {
  permissionedAs?: string;
  email?: string;
} {
  if (onBehalfOf === null || onBehalfOfEmail === null) return {};
  return { permissionedAs: onBehalfOf, email: onBehalfOfEmail };
}

function mayNameOthers({ superAdmin, membership }: Caller): boolean {
  if (superAdmin || membership?.role === 'admin') return true;
  return membership?.groups.includes(deployers) === true;
}

async function named(
  deps: OnBehalfDeps,
  workspace: string,
  said: { identity: unknown; email: unknown },
): Promise<{ on_behalf_of: string; on_behalf_of_email: string }> {
  const { identity, email } = said;
  const username =
    typeof identity === 'string' && identity.startsWith('u/')
      ? identity.slice(2)
      : await deps.usernameOf(workspace, String(email));
  const isPerson = username !== undefined && !username.startsWith('g/');
  const person = isPerson ? await deps.memberOf(workspace, username) : undefined;
  if (username !== undefined && person) {
    return { on_behalf_of: `u/${username}`, on_behalf_of_email: person.email };
  }
  const who = typeof identity === 'string' ? identity : String(email);
  throw new AppError('invalid_input', `${who} is no member of this workspace.`, {
    hint: 'on_behalf_of takes u/<username>, on_behalf_of_email the address of a member.',
  });
}

/**
 * The further fields of an item with `on_behalf_of` and `on_behalf_of_email` put right: of who
 * deploys it, whatever was asked for. Only admins and members of the group `wm_deployers` keep
 * another person's, with `preserve_on_behalf_of`.
 */
export async function settleOnBehalf(
  deps: OnBehalfDeps,
  call: Call,
  extra: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const {
    on_behalf_of: identity,
    on_behalf_of_email: email,
    preserve_on_behalf_of: preserve,
    ...rest
  } = extra;
  const { caller } = call;
  const username = caller.membership?.username;
  if ((!identity && !email) || username === undefined) return rest;
  if (preserve === true && mayNameOthers(caller)) {
    return { ...rest, ...(await named(deps, workspaceOf(call), { identity, email })) };
  }
  return { ...rest, on_behalf_of: `u/${username}`, on_behalf_of_email: caller.email };
}
