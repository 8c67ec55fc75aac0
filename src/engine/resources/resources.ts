// The verbs of resources. Who may call them has been decided at the door, by path; what they
// refer to is resolved in `resolve.ts`, with the rights of who asks.
import { type Clock, notFound } from '../../base/index.ts';
import { pathsWithin, readableBy } from '../../identity/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { assertMayMove, type RunValues, taken, type Variables } from '../variables/index.ts';
import { createResolve, type ReadResource } from './resolve.ts';
import type { NewResource, Resource, ResourceChange, ResourceRow } from './resource.ts';
import * as sql from './resources.sql.ts';

export interface ResourcesDeps {
  db: Database;
  clock: Clock;
  variables: Pick<Variables, 'read'>;
  runValues: Pick<RunValues, 'open'>;
  /** A running job has read this secret: its log must not show it. */
  /** Resolves once the job's log cannot show the secret. */
  learn: (jobId: string, secret: string) => Promise<void>;
  /** Told after a change of what tool lists show: paths, types, descriptions. */
  onChanged: (workspace: string) => void;
}

export interface ResourceFilters {
  page: number;
  perPage: number;
  resourceType?: string[] | undefined;
  resourceTypeExclude?: string[] | undefined;
  pathStart?: string | undefined;
  path?: string | undefined;
  description?: string | undefined;
  label?: string | undefined;
  value?: Record<string, unknown> | undefined;
}

/** A resource that a tool may be given. */
export interface ResourceChoice {
  path: string;
  resourceType: string;
  description: string;
  /** How many of this type the caller may read; the list holds the first of them. */
  count: number;
}

const choicesPerType = 20;
/** Written by scripts all the time, and shown by no tool. */
const quietTypes = new Set(['state', 'cache', 'app_theme']);

export type Resources = ReturnType<typeof createResources>;

async function create({ db, clock, onChanged }: ResourcesDeps, call: Call, said: NewResource) {
  const workspace = workspaceOf(call);
  const inserted = await db.run(sql.insertResource, [
    workspace,
    said.path,
    said.resourceType,
    JSON.stringify(said.value),
    said.description,
    JSON.stringify(said.extraPerms),
    said.labels,
    displayNameOf(call.caller),
    clock.now(),
    said.updateIfExists,
  ]);
  if (inserted === 0) throw taken('resource', said.path);
  if (!quietTypes.has(said.resourceType)) onChanged(workspace);
  return { path: said.path };
}

async function update({ db, clock, onChanged }: ResourcesDeps, call: Call, change: ResourceChange) {
  const workspace = workspaceOf(call);
  const { path, newPath = path } = change;
  if (newPath !== path) assertMayMove(call.caller, 'resources', newPath);
  try {
    await db.transaction(async (queries) => {
      const old = await queries.row<Resource>(sql.holdResource, [workspace, path]);
      if (!old) throw notFound('resource', path);
      await queries.run(sql.updateResource, [
        workspace,
        path,
        newPath,
        change.resourceType ?? old.resourceType,
        JSON.stringify(change.value === undefined ? old.value : change.value),
        change.description ?? old.description,
        JSON.stringify(change.extraPerms ?? old.extraPerms),
        change.labels ?? old.labels,
        displayNameOf(call.caller),
        clock.now(),
      ]);
    });
  } catch (error) {
    if ((error as { code?: string }).code === '23505') throw taken('resource', newPath);
    throw error;
  }
  onChanged(workspace);
  return { path: newPath };
}

function createReading({ db }: ResourcesDeps) {
  async function get(call: Call, path: string): Promise<Resource> {
    const found = await db.row<Resource>(sql.selectResource, [workspaceOf(call), path]);
    if (!found) throw notFound('resource', path);
    return found;
  }

  return {
    get,
    getValue: async (call: Call, path: string) => (await get(call, path)).value,

    async exists(call: Call, path: string): Promise<boolean> {
      return (await db.row(sql.selectResourcePerms, [workspaceOf(call), path])) !== undefined;
    },

    list(call: Call, filters: ResourceFilters): Promise<ResourceRow[]> {
      const who = readableBy(call.caller);
      return db.rows<ResourceRow>(sql.selectResources, [
        workspaceOf(call),
        who.all,
        who.owners,
        who.principals,
        filters.resourceType ?? null,
        filters.resourceTypeExclude ?? null,
        filters.pathStart ?? null,
        filters.path ?? null,
        filters.description ?? null,
        filters.label ?? null,
        filters.value === undefined ? null : JSON.stringify(filters.value),
        filters.perPage,
        (filters.page - 1) * filters.perPage,
        pathsWithin(call.caller, 'resources'),
      ]);
    },

    /** What a tool of this caller may be given, a few of each type. */
    choices(call: Call): Promise<ResourceChoice[]> {
      const { all, owners, principals } = readableBy(call.caller);
      const values = [workspaceOf(call), all, owners, principals, choicesPerType];
      return db.rows<ResourceChoice>(sql.selectChoices, values);
    },

    async extraPerms(workspace: string, path: string) {
      const values = [workspace, path];
      const row = await db.row<Pick<Resource, 'extraPerms'>>(sql.selectResourcePerms, values);
      return row?.extraPerms;
    },
  };
}

export function createResources(deps: ResourcesDeps) {
  const { db, clock, onChanged } = deps;
  const reading = createReading(deps);
  const resolve = createResolve({
    variables: deps.variables,
    runValues: deps.runValues,
    readResource: (workspace, path) =>
      db.row<ReadResource>(sql.selectResourceValue, [workspace, path]),
  });

  return {
    ...reading,
    resolve,
    /** Who saved it last; undefined when there is none. */
    editorOf: async (workspace: string, path: string): Promise<string | undefined> =>
      (await db.row<{ editedBy: string }>(sql.selectEditor, [workspace, path]))?.editedBy,
    create: (call: Call, said: NewResource) => create(deps, call, said),
    update: (call: Call, change: ResourceChange) => update(deps, call, change),

    /** The value alone, as scripts write their state; tool lists do not change by it. */
    async updateValue(call: Call, path: string, value: unknown): Promise<{ path: string }> {
      const changed = await db.run(sql.updateResourceValue, [
        workspaceOf(call),
        path,
        JSON.stringify(value),
        displayNameOf(call.caller),
        clock.now(),
      ]);
      if (changed === 0) throw notFound('resource', path);
      return { path };
    },

    async delete(call: Call, path: string): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      const by = [displayNameOf(call.caller), clock.now()];
      const gone = await db.run(sql.deleteResource, [workspace, path, ...by]);
      if (gone === 0) throw notFound('resource', path);
      onChanged(workspace);
      return { path };
    },

    /** The value with what it refers to; throws `not_found` only for the resource itself. */
    async getValueInterpolated(call: Call, path: string): Promise<unknown> {
      const { caller } = call;
      const raw = await reading.getValue(call, path);
      const workspace = workspaceOf(call);
      const { value, secrets } = await resolve({ value: raw, caller, workspace, trail: [path] });
      const { jobId } = caller;
      if (jobId !== null) for (const secret of secrets) await deps.learn(jobId, secret);
      return value;
    },
  };
}
