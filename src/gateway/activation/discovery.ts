// Finds actions by what they do, and makes them callable. What a caller's token does not allow is
// not found; what is closed is found and says so.
import { createRanking, type Ranking } from '../../base/index.ts';
import { type Call, serviceScopeAllows, workspaceOf } from '../../operation/index.ts';
import type { Action, ActionClass } from '../action.ts';
import { refusal } from '../reasons.ts';
import { mayUse, type Service, type Services, type Setup } from '../services/index.ts';
import { type Activations, idOf } from './activations.ts';

/** What activating an action takes, in words that models know. */
const tierOf: Readonly<Record<ActionClass, 'low' | 'medium' | 'destructive'>> = {
  read: 'low',
  write: 'medium',
  high_risk: 'destructive',
};

/** Scores below have matched by chance. */
const leastScore = 1;

interface Entry {
  service: Service;
  action: Action;
}

interface Index {
  entries: readonly Entry[];
  ranking: Ranking;
}

export interface DiscoveryDeps {
  services: Services;
  activations: Activations;
  /** Keeps what was asked for and is closed. */
  noteBlocked: (call: Call, what: { service: string; action: string }) => Promise<void>;
}

export interface Found {
  name: string;
  description: string;
  risk: (typeof tierOf)[ActionClass];
  active: boolean;
}

const spaced = (name: string): string => name.replaceAll('_', ' ');

function indexOf({ services }: Setup): Index {
  const entries = [...services.values()].flatMap((service) =>
    [...service.actions.values()].map((action) => ({ service, action })),
  );
  const texts = entries.map(({ service, action }) => [
    { text: spaced(action.name), weight: 3 },
    { text: `${service.declaration.name} ${service.declaration.title}`, weight: 1 },
    { text: action.description, weight: 1 },
  ]);
  return { entries, ranking: createRanking(texts) };
}

export type Discovery = ReturnType<typeof createDiscovery>;

export function createDiscovery({ services, activations, noteBlocked }: DiscoveryDeps) {
  const indexes = new WeakMap<Setup, Index>();

  function known(setup: Setup): Index {
    const index = indexes.get(setup) ?? indexOf(setup);
    indexes.set(setup, index);
    return index;
  }

  const personOf = (call: Call) => ({
    workspace: workspaceOf(call),
    userId: call.caller.userId ?? '',
  });

  const allows = ({ caller }: Call, setup: Setup, { service, action }: Entry): boolean =>
    serviceScopeAllows(caller.scopes, service.declaration.name, action.class) &&
    mayUse(caller, { setup, service, wanted: action.class });

  return {
    /** The best first; nothing where nothing fits. */
    async search(
      call: Call,
      wanted: { query: string; service?: string | undefined; limit: number },
    ): Promise<Found[]> {
      const setup = await services.setupOf(workspaceOf(call));
      const active = await activations.of(personOf(call));
      const { entries, ranking } = known(setup);
      const ranked = ranking
        .search(wanted.query, entries.length)
        .filter(({ score }) => score >= leastScore)
        .flatMap(({ index }) => entries[index] ?? []);
      return ranked
        .filter(
          ({ service }) =>
            (wanted.service ?? service.declaration.name) === service.declaration.name,
        )
        .filter((entry) => allows(call, setup, entry))
        .slice(0, wanted.limit)
        .map(({ service, action }) => {
          const name = idOf({ service: service.declaration.name, action: action.name });
          return {
            name,
            description: action.description,
            risk: tierOf[action.class],
            active: action.curated || active.has(name),
          };
        });
    },

    /** Throws `action_unknown`, and `high_risk_not_enabled` for what an admin has not opened. */
    async activate(
      call: Call,
      { name }: { name: string },
    ): Promise<{ name: string; tool: string }> {
      const [service = '', ...rest] = name.split('.');
      const action = rest.join('.');
      const workspace = workspaceOf(call);
      const { setup, service: found } = await services.require(workspace, service, call.caller);
      const wanted = found.actions.get(action);
      if (!wanted || !allows(call, setup, { service: found, action: wanted })) {
        throw refusal('action_unknown', `${service} has no action "${action.slice(0, 100)}".`, {
          hint: 'gateway_search_actions finds them by what they do.',
        });
      }
      if (wanted.class === 'high_risk' && !setup.gates.isOpen(service, wanted)) {
        await noteBlocked(call, { service, action });
        throw refusal('high_risk_not_enabled', `${name} is destructive and not enabled.`, {
          hint: 'Only an admin of the workspace can enable it; they see that you tried.',
        });
      }
      await activations.add(personOf(call), { service, action });
      return { name, tool: `${service}_${wanted.class === 'read' ? 'read' : 'write'}_actions` };
    },

    async deactivate(call: Call, { name }: { name: string }): Promise<{ name: string }> {
      const [service = '', ...rest] = name.split('.');
      await activations.remove(personOf(call), { service, action: rest.join('.') });
      return { name };
    },
  };
}
