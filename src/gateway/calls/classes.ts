// May this caller do an action of this class now? Asked for each call, and by the lists of tools.
import { type Caller, displayNameOf, serviceScopeAllows } from '../../operation/index.ts';
import type { Action } from '../action.ts';
import type { Gates } from '../gates/index.ts';
import { refusal } from '../reasons.ts';
import { mayUse, type Service, type Setup } from '../services/index.ts';
import type { Stage } from './flight.ts';

/** What `tools/list` and the door both ask. */
export function mayCall(
  caller: Caller,
  { setup, service, action }: { setup: Setup; service: Service; action: Action },
): boolean {
  const { name } = service.declaration;
  if (!mayUse(caller, { setup, service, wanted: action.class })) return false;
  if (action.class !== 'read' && (setup.readOnly || caller.readOnly)) return false;
  // What a flow may do beyond read and write is granted to the flow, not enabled for everybody.
  const gated = action.class === 'high_risk' && caller.delegation === null;
  if (gated && !setup.gates.isOpen(name, action)) return false;
  return serviceScopeAllows(caller.scopes, name, action.class);
}

/** `noteBlocked` keeps what is not enabled for the admin who may enable it. */
export const classStage =
  (noteBlocked: Gates['note']): Stage =>
  async ({ call, setup, service, action }, next) => {
    const { name, title } = service.declaration;
    if (!serviceScopeAllows(call.caller.scopes, name, action.class)) {
      const scope = `services:${name}:${action.class}`;
      throw refusal('class_not_allowed', `The token does not allow ${action.name} of ${title}.`, {
        hint: `It takes the scope ${scope}.`,
        details: { required: scope },
      });
    }
    if (!mayUse(call.caller, { setup, service, wanted: action.class })) {
      const verb = action.class === 'read' ? 'read' : 'change';
      const said = `${displayNameOf(call.caller)} may not ${verb} anything in ${title}.`;
      throw refusal('outside_owner_scope', said, {
        hint: 'An admin of the workspace says who may: services.setAccess.',
      });
    }
    if (action.class === 'read') return next();
    if (setup.readOnly) {
      throw refusal('read_only_mode', 'Services are only read at the moment.', {
        hint: 'An admin of the workspace switched all changes off.',
      });
    }
    const gated = action.class === 'high_risk' && call.caller.delegation === null;
    if (gated && !setup.gates.isOpen(name, action)) {
      await noteBlocked(call, { service: name, action: action.name });
      throw refusal('high_risk_not_enabled', `${action.name} of ${title} is not enabled.`, {
        hint: 'Only an admin of the workspace can enable it; they see that you tried.',
      });
    }
    return next();
  };
