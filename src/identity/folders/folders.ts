// The verbs of folders. Who may call them has been decided at the door: changing a folder needs
// to own it, reading it any right in it.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { type Access, grantOf } from '../grants.ts';
import { type Changed, membershipOf } from '../person.ts';
import { readableBy } from '../readable.ts';
import type { Folder } from './folder.ts';
import * as sql from './folders.sql.ts';

export interface FolderFields {
  displayName?: string | undefined;
  summary?: string | undefined;
  owners?: string[] | undefined;
  extraPerms?: Record<string, boolean> | undefined;
  defaultPermissionedAs?: Record<string, unknown>[] | undefined;
}

const jsonOf = (value: unknown): string | null =>
  value === undefined ? null : JSON.stringify(value);

/** Makes a folder inside a transaction of somebody else; false when the name is taken. */
export async function insertFolder(
  queries: Queries,
  made: FolderFields & { workspace: string; name: string; createdBy: string; at: number },
): Promise<boolean> {
  const owners = [...new Set([...(made.owners ?? []), `u/${made.createdBy}`])];
  const owning = Object.fromEntries(owners.map((owner) => [owner, true]));
  const rows = await queries.run(sql.insertFolder, [
    made.workspace,
    made.name,
    made.displayName ?? made.name,
    made.summary ?? '',
    owners,
    JSON.stringify({ ...made.extraPerms, ...owning }),
    jsonOf(made.defaultPermissionedAs),
    made.createdBy,
    made.at,
  ]);
  return rows === 1;
}

const missing = (name: string): AppError => notFound('folder', `f/${name}`);

function readers(db: Database) {
  async function names(call: Call): Promise<string[]> {
    const who = readableBy(call.caller);
    const values = [workspaceOf(call), who.all, who.owners];
    const rows = await db.rows<{ name: string }>(sql.selectFolderNames, values);
    return rows.map((row) => row.name);
  }

  return {
    async get(call: Call, name: string): Promise<Folder> {
      const found = await db.row<Folder>(sql.selectFolder, [workspaceOf(call), name]);
      if (!found) throw missing(name);
      return found;
    },

    async list(call: Call, { page, perPage }: { page: number; perPage: number }) {
      const who = readableBy(call.caller);
      const paging = [perPage, (page - 1) * perPage];
      const values = [workspaceOf(call), who.all, who.owners, ...paging];
      return db.rows<Folder>(sql.selectFolders, values);
    },

    /** Admins see every name; `onlyMemberOf` leaves those that grant them something by name. */
    async names(call: Call, { onlyMemberOf }: { onlyMemberOf: boolean }): Promise<string[]> {
      return onlyMemberOf ? [...membershipOf(call).folders.read] : names(call);
    },

    async exists(call: Call, name: string): Promise<boolean> {
      return (await names(call)).includes(name);
    },
  };
}

interface Deps {
  db: Database;
  clock: Clock;
  changed: Changed;
  holdsItems: HoldsItems;
}

export type Folders = ReturnType<typeof createFolders>;

/** Port: is there anything at the paths of a folder, or did anything run there? */
export type HoldsItems = (workspace: string, folder: string) => Promise<boolean>;

export function createFolders({ db, clock, changed, holdsItems }: Deps) {
  /** What an earlier folder left would be the maker's: that is for an admin to hand over. */
  async function assertEmpty(call: Call, name: string): Promise<void> {
    const { caller } = call;
    if (caller.superAdmin || membershipOf(call).role === 'admin') return;
    if (!(await holdsItems(workspaceOf(call), name))) return;
    throw new AppError('forbidden', `Items or runs of an earlier folder ${name} are still there.`, {
      hint: 'Take another name, or ask an admin of the workspace to make this folder.',
    });
  }

  /** Waits for a change of one folder and tells it. */
  async function change(name: string, running: Promise<number>): Promise<{ name: string }> {
    if ((await running) === 0) throw missing(name);
    changed();
    return { name };
  }

  return {
    ...readers(db),

    async create(call: Call, name: string, fields: FolderFields): Promise<{ name: string }> {
      await assertEmpty(call, name);
      const made = await insertFolder(db, {
        ...fields,
        workspace: workspaceOf(call),
        name,
        createdBy: membershipOf(call).username,
        at: clock.now(),
      });
      if (!made) {
        throw new AppError('conflict', `There is a folder ${name} already.`, {
          hint: 'Take another name, or ask its owners to let you in.',
        });
      }
      changed();
      return { name };
    },

    update(call: Call, name: string, fields: FolderFields) {
      const values = [
        workspaceOf(call),
        name,
        fields.displayName ?? null,
        fields.summary ?? null,
        fields.owners ?? null,
        jsonOf(fields.extraPerms),
        jsonOf(fields.defaultPermissionedAs),
        clock.now(),
      ];
      return change(name, db.run(sql.updateFolder, values));
    },

    addOwner(call: Call, name: string, owner: string) {
      const values = [workspaceOf(call), name, owner, clock.now()];
      return change(name, db.run(sql.addFolderOwner, values));
    },

    /** `keeps`: what the former owner may still do; undefined for nothing. */
    removeOwner(
      call: Call,
      name: string,
      { owner, keeps }: { owner: string; keeps: boolean | undefined },
    ) {
      const values = [workspaceOf(call), name, owner, keeps ?? null, clock.now()];
      return change(name, db.run(sql.removeFolderOwner, values));
    },

    share(call: Call, name: string, { principal, access }: { principal: string; access: Access }) {
      const values = [workspaceOf(call), name, principal, grantOf(access), clock.now()];
      return change(name, db.run(sql.shareFolder, values));
    },

    delete: (call: Call, name: string) =>
      change(name, db.run(sql.deleteFolder, [workspaceOf(call), name])),
  };
}
