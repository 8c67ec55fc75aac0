// The stage of calls by flows that act for a person: what they declare, and what is missing, in
// words of the flow. It stands before every other rule; people and service accounts pass.
import type { Stage } from '../calls/index.ts';
import { reasonOf, refusal } from '../reasons.ts';
import type { Authority } from './authority.ts';

export function delegationStage(authority: Authority): Stage {
  return async ({ call, service, action, subject }, next) => {
    const { caller } = call;
    if (caller.delegation === null) return next();
    const { name } = service.declaration;
    const ask = { service: name, class: action.class, action: action.name };
    await authority.assert(caller, ask);
    try {
      return await next();
    } catch (error) {
      if (reasonOf(error) !== 'auth_required') throw error;
      throw refusal('owner_not_connected', `${subject.username} has not connected ${name}.`, {
        hint: 'The flow acts for them: they connect the service once, then it runs.',
        cause: error,
      });
    }
  };
}
