// Which services a workspace uses, and where they are. A service that is not set up is not there:
// no tool lists it, and a call of it says the same for every name.
import { AppError, type Clock, createLru, nearest } from '../../base/index.ts';
import { type Call, type Caller, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Action, ServiceDeclaration } from '../action.ts';
import { baseAddress } from '../address.ts';
import type { Changes } from '../changes.ts';
import type { GateSet } from '../gates/index.ts';
import { refusal } from '../reasons.ts';
import { type Access, seesService } from './access.ts';
import * as sql from './services.sql.ts';

/** A service as a workspace has set it up. */
export interface Service {
  readonly declaration: ServiceDeclaration;
  /** Empty where the actions are operations of this server. */
  readonly baseUrl: string;
  readonly actions: ReadonlyMap<string, Action>;
}

/** What every call of a workspace begins with; kept until something changes. */
export interface Setup {
  readonly readOnly: boolean;
  readonly gates: GateSet;
  /** By service, where an admin said who may use it. */
  readonly access: ReadonlyMap<string, Access>;
  /** By name, in alphabetical order. */
  readonly services: ReadonlyMap<string, Service>;
}

interface Stored {
  name: string;
  baseUrl: string | null;
  /** There by itself, and not wanted. */
  isOff: boolean;
  updatedBy: string;
  updatedAt: number;
}

/** So many workspaces are kept; whose are not, are read again. */
const maxKnown = 1000;

export interface ServicesDeps {
  db: Database;
  clock: Clock;
  changes: Changes;
  declarations: readonly ServiceDeclaration[];
  gates: { of(workspace: string): Promise<GateSet> };
  /** Services that the workspace brought itself; they are there as long as they are stored. */
  brought: (workspace: string) => Promise<readonly ServiceDeclaration[]>;
}

export type Services = ReturnType<typeof createServices>;

export function createServices(deps: ServicesDeps) {
  const { db, clock, changes, declarations, gates, brought } = deps;
  const declared = new Map(declarations.map((one) => [one.name, one]));
  const known = createLru<{ revision: string; setup: Promise<Setup> }>({ maxEntries: maxKnown });

  function serviceOf(
    declaration: ServiceDeclaration,
    baseUrl = declaration.baseUrl,
  ): Service | undefined {
    if (baseUrl === undefined) return undefined;
    const actions = new Map(declaration.actions.map((one) => [one.name, one]));
    return { declaration, baseUrl, actions };
  }

  function storedService({ name, baseUrl, isOff }: Stored): Service | undefined {
    const declaration = isOff ? undefined : declared.get(name);
    return declaration && serviceOf(declaration, baseUrl ?? declaration.baseUrl);
  }

  async function read(workspace: string): Promise<Setup> {
    const [rows, settings, open, own, access] = await Promise.all([
      db.rows<Stored>(sql.selectServices, [workspace]),
      db.row<{ readOnly: boolean }>(sql.selectSettings, [workspace]),
      gates.of(workspace),
      brought(workspace),
      db.rows<Access & { service: string }>(sql.selectAccess, [workspace]),
    ]);
    const there = new Set(rows.map(({ name }) => name));
    const unaddressed = declarations.filter((one) => one.isOwn && !there.has(one.name));
    const services = [
      ...rows.map(storedService),
      ...unaddressed.map((one) => serviceOf(one, '')),
      ...own.map((one) => serviceOf(one)),
    ]
      .filter((service) => service !== undefined)
      .toSorted((a, b) => (a.declaration.name < b.declaration.name ? -1 : 1));
    return {
      readOnly: settings?.readOnly ?? false,
      gates: open,
      access: new Map(access.map((one) => [one.service, one])),
      services: new Map(services.map((service) => [service.declaration.name, service])),
    };
  }

  function setupOf(workspace: string): Promise<Setup> {
    const revision = changes.revision(workspace);
    const kept = known.get(workspace);
    if (kept?.revision === revision) return kept.setup;
    const setup = read(workspace);
    known.set(workspace, { revision, setup });
    // What could not be read is asked again.
    setup.catch(() => {
      if (known.get(workspace)?.setup === setup) known.delete(workspace);
    });
    return setup;
  }

  return {
    setupOf,

    /**
     * Throws `service_unknown`, the same for what is not set up, what nobody knows, and what is
     * not for this person. A flow that declares it hears more, from the stage of classes.
     */
    async require(
      workspace: string,
      name: string,
      caller: Caller,
    ): Promise<{ setup: Setup; service: Service }> {
      const setup = await setupOf(workspace);
      const hearsOf = (service: Service): boolean =>
        caller.delegation !== null || seesService(caller, { setup, service });
      const service = setup.services.get(name);
      if (service && hearsOf(service)) return { setup, service };
      const heard = [...setup.services.values()].filter(hearsOf);
      const similar = nearest(
        name,
        heard.map(({ declaration }) => declaration.name),
      );
      throw refusal('service_unknown', `This workspace has no service "${name.slice(0, 60)}".`, {
        hint: similar ? `Did you mean "${similar}"?` : 'services.list has those that it has.',
      });
    },

    /** What can be set up, and what is; who may use it is for admins, who say so. */
    async list(call: Call) {
      const setup = await setupOf(workspaceOf(call));
      const isAdmin = call.caller.superAdmin || call.caller.membership?.role === 'admin';
      const access = isAdmin ? setup.access : new Map<string, Access>();
      const seen = [...setup.services].filter(([, service]) =>
        seesService(call.caller, { setup, service }),
      );
      const services = new Map(seen);
      const own = seen.map(([, { declaration }]) => declaration);
      const all = new Map([...declared.values(), ...own].map((one) => [one.name, one]));
      return [...all.values()]
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, title, description, actions, baseUrl, auth }) => ({
          name,
          title,
          description,
          auth: auth.kind,
          enabled: services.has(name),
          baseUrl: services.get(name)?.baseUrl || baseUrl || null,
          readers: access.get(name)?.readers ?? null,
          writers: access.get(name)?.writers ?? null,
          actions: actions
            .filter((one) => one.curated)
            .map((one) => ({ name: one.name, class: one.class })),
        }));
    },

    async enable(call: Call, said: { name: string; baseUrl?: string | undefined }) {
      const declaration = declared.get(said.name);
      if (!declaration) {
        throw new AppError('not_found', `There is no service "${said.name}".`, {
          hint: `There are: ${[...declared.keys()].toSorted().join(', ')}.`,
        });
      }
      if (said.baseUrl !== undefined && declaration.auth.kind === 'connection') {
        throw new AppError('invalid_input', `${declaration.title} has no address of its own.`, {
          hint: 'Each person says where theirs is: credentials.set.',
        });
      }
      const baseUrl = said.baseUrl === undefined ? undefined : baseAddress(said.baseUrl);
      const isOwn = declaration.isOwn === true && baseUrl === undefined;
      if (baseUrl === undefined && declaration.baseUrl === undefined && !isOwn) {
        throw new AppError('invalid_input', `${declaration.title} has no address of its own.`, {
          hint: `Give baseUrl. ${
            declaration.addressHint ?? 'It is an address such as https://example.atlassian.net.'
          }`,
        });
      }
      const workspace = workspaceOf(call);
      const by = displayNameOf(call.caller);
      const row = [workspace, said.name, baseUrl ?? null, by, clock.now(), false];
      if (isOwn) await db.run(sql.deleteService, [workspace, said.name]);
      else await db.run(sql.upsertService, row);
      changes.changed(workspace);
      return { name: said.name, baseUrl: baseUrl ?? declaration.baseUrl ?? '' };
    },

    /** That it was not set up does no harm. */
    async disable(call: Call, { name }: { name: string }): Promise<{ name: string }> {
      const workspace = workspaceOf(call);
      if (declared.get(name)?.isOwn) {
        // Without a row it would be there by itself.
        const by = displayNameOf(call.caller);
        await db.run(sql.upsertService, [workspace, name, null, by, clock.now(), true]);
      } else await db.run(sql.deleteService, [workspace, name]);
      changes.changed(workspace);
      return { name };
    },

    /** Of a service that is set up; null brings back what is usual. */
    async setAccess(call: Call, { name, readers, writers }: Access & { name: string }) {
      const workspace = workspaceOf(call);
      if (!(await setupOf(workspace)).services.has(name)) {
        throw new AppError('not_found', `This workspace has no service "${name}".`, {
          hint: 'services.list has those that it has.',
        });
      }
      const lists = [readers, writers].map((list) => list && JSON.stringify(list));
      const by = displayNameOf(call.caller);
      await db.run(sql.upsertAccess, [workspace, name, ...lists, by, clock.now()]);
      changes.changed(workspace);
      return { name, readers, writers };
    },

    async setReadOnly(call: Call, { readOnly }: { readOnly: boolean }) {
      await db.run(sql.upsertReadOnly, [workspaceOf(call), readOnly]);
      changes.changed(workspaceOf(call));
      return { readOnly };
    },
  };
}
