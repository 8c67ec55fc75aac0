// The verbs of resource types: what the workspace made, what the workspace `admins` shares, and
// the starter set, in this order of precedence.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { NewResourceType, ResourceType, ResourceTypeChange } from './resource-type.ts';
import * as sql from './resource-types.sql.ts';
import { starterTypes } from './starters.ts';

export type ResourceTypes = ReturnType<typeof createResourceTypes>;

/** Everybody's forms hang on a type: only who made it and admins change it. */
function assertMayChange(call: Call, type: ResourceType): void {
  const { caller } = call;
  const { membership } = caller;
  if (caller.kind === 'system' || membership?.role === 'admin') return;
  if (type.createdBy !== null && membership?.username === type.createdBy) return;
  throw new AppError('forbidden', 'Only who made a resource type, or an admin, changes it.', {
    hint: 'Make one of your own under another name.',
  });
}

export function createResourceTypes({
  db,
  clock,
  onChanged,
}: {
  db: Database;
  clock: Clock;
  onChanged: (workspace: string) => void;
}) {
  async function list(call: Call): Promise<ResourceType[]> {
    const workspace = workspaceOf(call);
    const stored = await db.rows<ResourceType>(sql.selectTypes, [workspace]);
    const shared = stored.filter((type) => type.workspaceId !== workspace);
    const own = stored.filter((type) => type.workspaceId === workspace);
    const byName = new Map([...starterTypes, ...shared, ...own].map((type) => [type.name, type]));
    return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async function get(call: Call, name: string): Promise<ResourceType> {
    const found = (await list(call)).find((type) => type.name === name);
    if (!found) throw notFound('resource type', name);
    return found;
  }

  /** A type of this very workspace: the others are not its own to change. */
  async function mine(call: Call, name: string): Promise<ResourceType> {
    const found = await get(call, name);
    if (found.workspaceId !== workspaceOf(call)) {
      const whose = found.workspaceId === null ? 'part of Millrace' : 'of the workspace admins';
      throw new AppError('conflict', `The resource type ${name} is ${whose}.`, {
        hint: 'Create one of the same name here: it takes the place of that one.',
      });
    }
    assertMayChange(call, found);
    return found;
  }

  return {
    list,
    get,
    exists: async (call: Call, name: string) =>
      (await list(call)).some((type) => type.name === name),
    names: async (call: Call) => (await list(call)).map((type) => type.name),

    async create(call: Call, said: NewResourceType): Promise<{ name: string }> {
      const workspace = workspaceOf(call);
      const inserted = await db.run(sql.insertType, [
        workspace,
        said.name,
        JSON.stringify(said.schema),
        said.description,
        said.displayName ?? null,
        said.formatExtension ?? null,
        said.isFileset,
        displayNameOf(call.caller),
        clock.now(),
      ]);
      if (inserted === 0) {
        throw new AppError('conflict', `There is already a resource type ${said.name}.`);
      }
      onChanged(workspace);
      return { name: said.name };
    },

    async update(call: Call, change: ResourceTypeChange): Promise<{ name: string }> {
      const { name } = await mine(call, change.name);
      await db.run(sql.updateType, [
        workspaceOf(call),
        name,
        change.schema === undefined ? null : JSON.stringify(change.schema),
        change.description ?? null,
        change.displayName ?? null,
        change.isFileset ?? null,
        clock.now(),
      ]);
      onChanged(workspaceOf(call));
      return { name };
    },

    async delete(call: Call, wanted: string): Promise<{ name: string }> {
      const { name } = await mine(call, wanted);
      await db.run(sql.deleteType, [workspaceOf(call), name]);
      onChanged(workspaceOf(call));
      return { name };
    },
  };
}
