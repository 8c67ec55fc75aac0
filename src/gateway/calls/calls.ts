// Calls of services: what was asked for is found and checked, then passes the stages. Every way in
// (MCP tools, REST, flows, follow-ups of hooks) comes through here.
import { nearest } from '../../base/index.ts';
import { type Call, type Caller, workspaceOf } from '../../operation/index.ts';
import { type Activations, idOf, type Person } from '../activation/index.ts';
import { refusal } from '../reasons.ts';
import type { Services } from '../services/index.ts';
import { subjectOf } from '../subject.ts';
import { checkedParams } from './check.ts';
import type { Flight, ServiceResult, Stage, Wanted } from './flight.ts';
import { type CallLog, recorded } from './record.ts';

export interface CallsDeps {
  services: Services;
  log: CallLog;
  activations: Activations;
  /** Throws what whoever acts for the person may not even look at. */
  admit: (caller: Caller, wanted: Wanted) => void;
  /** Outermost first. */
  stages: readonly Stage[];
  send: (flight: Flight) => Promise<ServiceResult>;
}

export type Calls = ReturnType<typeof createCalls>;

export function createCalls({ services, log, activations, admit, stages, send }: CallsDeps) {
  async function assertActive(person: Person, service: string, action: string): Promise<void> {
    const active = await activations.of(person);
    if (active.has(idOf({ service, action }))) return;
    throw refusal('action_not_active', `${action} of ${service} is not active.`, {
      hint: `gateway_activate with ${service}.${action} makes it callable.`,
    });
  }

  async function find(call: Call, wanted: Wanted): Promise<Flight> {
    const workspace = workspaceOf(call);
    admit(call.caller, wanted);
    const { setup, service } = await services.require(workspace, wanted.service, call.caller);
    const action = service.actions.get(wanted.action);
    const { name } = service.declaration;
    const offered = [...service.actions.values()]
      .filter((one) => wanted.allows.includes(one.class))
      .map((one) => one.name);
    if (service.declaration.quarantined?.has(wanted.action)) {
      throw refusal('tool_definition_changed', `${wanted.action} of ${name} is in quarantine.`, {
        hint: 'Its definition changed: an admin of the workspace has to approve the new one.',
      });
    }
    if (!action) {
      const similar = nearest(wanted.action, offered);
      const said = `${name} has no action "${wanted.action.slice(0, 100)}".`;
      throw refusal('action_unknown', said, {
        hint: similar ? `Did you mean ${similar}?` : `There are: ${offered.join(', ')}.`,
      });
    }
    if (!wanted.allows.includes(action.class)) {
      const tool = action.class === 'read' ? `${name}_read_actions` : `${name}_write_actions`;
      throw refusal('wrong_tool', `${action.name} is a ${action.class} action.`, {
        hint: `Call ${tool} with it.`,
      });
    }
    const subject = subjectOf(call.caller);
    // The author of a flow named the action; a person finds it first.
    const found = action.curated || call.caller.delegation !== null;
    if (!found) await assertActive({ workspace, ...subject }, name, action.name);
    const params = await checkedParams(action, wanted.params);
    return { call, workspace, subject, wanted, setup, service, action, params, notes: {} };
  }

  return {
    async run(call: Call, wanted: Wanted): Promise<ServiceResult> {
      const found = await find(call, wanted).then(
        (flight) => ({ flight }),
        (error: unknown) => ({ error }),
      );
      return recorded({ log, call, wanted }, found, (flight) => {
        const step = (index: number): Promise<ServiceResult> => {
          const stage = stages[index];
          return stage ? stage(flight, () => step(index + 1)) : send(flight);
        };
        return step(0);
      });
    },
  };
}
