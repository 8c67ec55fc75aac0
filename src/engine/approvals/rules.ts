// Who may answer an approval. A link is enough, unless its step asks who one is. No I/O.
import { AppError } from '../../base/index.ts';
import { type Call, displayNameOf } from '../../operation/index.ts';
import type { Pending } from '../flows/index.ts';

/** The groups that may answer; undefined: they are not known before the step is over. */
function groupsOf({ suspend, waiting }: Pending): readonly string[] | undefined {
  const asked = suspend.user_groups_required;
  if (!asked) return [];
  return waiting?.groups;
}

/** Must the one who answers be logged in? Every rule about people needs to know who it is. */
export function needsPerson(pending: Pending): boolean {
  const { suspend } = pending;
  const asksGroups = groupsOf(pending)?.length !== 0;
  return (
    suspend.user_auth_required === true || suspend.self_approval_disabled === true || asksGroups
  );
}

/** Does the step ask for a group of the caller's? Then no link is needed to answer it. */
export function isAsked({ caller }: Call, pending: Pending): boolean {
  const { membership, kind } = caller;
  const asked = groupsOf(pending) ?? [];
  return kind !== 'job' && asked.some((group) => membership?.groups.includes(group));
}

/** Why the caller may not answer; undefined when he may. Admins are bound by the rules too. */
export function refusalOf(call: Call, pending: Pending): AppError | undefined {
  if (!needsPerson(pending)) return undefined;
  const { caller } = call;
  if (caller.kind === 'anonymous') {
    return new AppError('unauthenticated', 'Who answers this approval must be logged in.', {
      hint: 'Log in, or send `Authorization: Bearer <token>`, and open the link again.',
    });
  }
  if (caller.kind === 'job' || caller.readOnly) {
    return new AppError('forbidden', 'A person has to answer this approval.');
  }
  if (!caller.membership) {
    return new AppError('forbidden', 'Only members of the workspace may answer this approval.');
  }
  const name = displayNameOf(caller);
  if (pending.suspend.self_approval_disabled && name === pending.startedBy) {
    return new AppError('forbidden', 'Who started the flow may not answer its approval.', {
      hint: 'Ask somebody else to answer it.',
    });
  }
  const groups = groupsOf(pending);
  if (groups === undefined) {
    return new AppError('conflict', 'The step still runs: nobody can say yet who may answer.', {
      hint: 'Try again when the flow waits.',
    });
  }
  if (groups.length > 0 && !groups.some((group) => caller.membership?.groups.includes(group))) {
    const said = groups.join(', ');
    return new AppError('forbidden', `Only members of these groups may answer: ${said}.`);
  }
  if (!pending.answers.some(({ approver }) => approver === name)) return undefined;
  return new AppError('conflict', 'You have answered this approval already.', {
    hint: 'Others have to answer too.',
  });
}
