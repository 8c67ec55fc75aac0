// The verbs of workspaces: making one with all that it begins with, and which ones a person has.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, type Caller, type Role, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { insertFolder } from '../folders/index.ts';
import { insertBuiltInGroups } from '../groups/index.ts';
import { insertMember } from '../members/index.ts';
import { type Changed, personOf } from '../person.ts';
import * as sql from './workspaces.sql.ts';

export interface NewWorkspace {
  id: string;
  /** The id when left out. */
  name?: string | undefined;
  /** Who makes it becomes its admin. */
  owner: { id: string; email: string };
  username?: string | undefined;
  at: number;
}

/** The folder of the sample script. */
const examples = {
  name: 'examples',
  summary: 'Scripts to begin with',
  extraPerms: { 'g/all': false },
};

/** Makes a workspace in the transaction of somebody else; false when the id is taken. */
export async function insertWorkspace(queries: Queries, made: NewWorkspace): Promise<boolean> {
  const { id: workspace, owner, username, at } = made;
  const values = [workspace, made.name ?? workspace, owner.email, at];
  if ((await queries.run(sql.insertWorkspace, values)) === 0) return false;
  const member = { workspace, userId: owner.id, email: owner.email, username, at };
  const createdBy = await insertMember(queries, { ...member, role: 'admin' });
  await insertBuiltInGroups(queries, workspace, at);
  await insertFolder(queries, { ...examples, workspace, createdBy, at });
  return true;
}

export interface WorkspaceSettings {
  id: string;
  name: string;
  owner: string;
  color: string | null;
  defaultApp: string | null;
  createdAt: number;
}

/** Port: what runs after runs of the workspace, as the caller may see it; the engine knows. */
export type HandlersOf = (call: Call) => Promise<
  {
    kind: 'error' | 'success';
    path: string;
    extraArgs: Record<string, unknown>;
    mutedOnCancel: boolean;
    mutedOnUserPath: boolean;
  }[]
>;

/** Port: which address hears of changes to the items, for callers who may know; the same. */
export type WebhookOf = (call: Call) => Promise<string | null>;

export interface WorkspaceChange {
  name?: string | undefined;
  color?: string | null | undefined;
  defaultApp?: string | null | undefined;
}

/** A workspace, and what somebody is in it. */
export type OwnWorkspace = Pick<WorkspaceRow, 'id' | 'name' | 'username' | 'role'>;

interface WorkspaceRow {
  id: string;
  name: string;
  owner: string;
  color: string | null;
  deleted: boolean;
  username: string;
  disabled: boolean;
  role: Role;
}

export type Workspaces = ReturnType<typeof createWorkspaces>;

export function createWorkspaces({
  db,
  clock,
  changed,
  created,
  handlersOf,
  webhookOf,
}: {
  db: Database;
  clock: Clock;
  changed: Changed;
  /** Told after the commit, and awaited. */
  created: (workspace: string) => Promise<void>;
  handlersOf: HandlersOf;
  webhookOf: WebhookOf;
}) {
  function rowsOf({ caller }: Pick<Call, 'caller'>): Promise<WorkspaceRow[]> {
    const { userId, superAdmin, email, boundWorkspace } = caller;
    const values = [userId, superAdmin, email, boundWorkspace];
    return db.rows<WorkspaceRow>(sql.selectWorkspaces, values);
  }

  async function exists(id: string): Promise<boolean> {
    const row = await db.row<{ found: boolean }>(sql.selectExists, [id]);
    return row?.found ?? false;
  }

  async function make(wanted: Omit<NewWorkspace, 'at'>): Promise<void> {
    const at = clock.now();
    const done = await db.transaction((queries) => insertWorkspace(queries, { ...wanted, at }));
    if (!done) {
      throw new AppError('conflict', `There is a workspace ${wanted.id} already.`, {
        hint: 'Take another id.',
      });
    }
    changed();
    await created(wanted.id);
  }

  return {
    exists,
    /** Makes a workspace for a person and tells whoever waits for new ones. */
    make,

    async create(
      call: Call,
      wanted: { id: string; name: string; username?: string | undefined },
    ): Promise<{ id: string }> {
      const owner = { id: personOf(call), email: call.caller.email };
      await make({ ...wanted, owner });
      return { id: wanted.id };
    },

    /** The workspace that the call is about. */
    async settings(call: Call) {
      const id = workspaceOf(call);
      const found = await db.row<WorkspaceSettings>(sql.selectWorkspace, [id]);
      if (!found) throw notFound('workspace', id);
      const webhook = await webhookOf(call);
      return { ...found, handlers: await handlersOf(call), webhook };
    },

    /** What is not named stays; null takes a colour or an app away. */
    async update(call: Call, change: WorkspaceChange): Promise<{ id: string }> {
      const id = workspaceOf(call);
      const { name, color, defaultApp } = change;
      const values = [name ?? null, color !== undefined, color, defaultApp !== undefined];
      const rows = await db.run(sql.updateWorkspace, [id, ...values, defaultApp]);
      if (rows === 0) throw notFound('workspace', id);
      return { id };
    },

    async list(call: Call) {
      const rows = await rowsOf(call);
      return rows.map(({ id, name, owner, color, deleted }) => ({
        id,
        name,
        owner,
        color,
        deleted,
      }));
    },

    /** The workspaces that somebody may use, by id. */
    async of(caller: Caller): Promise<OwnWorkspace[]> {
      const rows = await rowsOf({ caller });
      return rows
        .filter(({ disabled }) => !disabled)
        .map(({ id, name, username, role }) => ({ id, name, username, role }));
    },

    async mine(call: Call) {
      const rows = await rowsOf(call);
      const workspaces = rows.map(({ id, name, username, color, disabled, role }) => {
        return { id, name, username, color, disabled, role };
      });
      return { email: call.caller.email, workspaces };
    },
  };
}
