// The verbs of groups. Who may call them has been decided at the door: changing a group needs an
// admin or a grant of the group itself; everybody in the workspace sees them.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { type Access, grantOf } from '../grants.ts';
import { type Changed, membershipOf } from '../person.ts';
import { type DropGrants, dropPrincipal } from '../principals.ts';
import { builtInGroups, type Group, isBuiltIn } from './group.ts';
import * as sql from './groups.sql.ts';

/** The groups that every workspace begins with. */
export async function insertBuiltInGroups(
  queries: Queries,
  workspace: string,
  at: number,
): Promise<void> {
  for (const { name, summary } of builtInGroups) {
    await queries.run(sql.insertGroup, [workspace, name, summary, '{}', at]);
  }
}

const missing = (name: string): AppError => notFound('group', `g/${name}`);

function assertHasList(name: string): void {
  if (name !== 'all') return;
  throw new AppError('invalid_input', 'The group all holds everybody and nobody else.', {
    hint: 'Add people to the workspace, or make another group.',
  });
}

function readers(db: Database) {
  return {
    async get(call: Call, name: string): Promise<Group> {
      const found = await db.row<Group>(sql.selectGroup, [workspaceOf(call), name]);
      if (!found) throw missing(name);
      return found;
    },

    list: (call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<Group>(sql.selectGroups, [workspaceOf(call), perPage, (page - 1) * perPage]),

    async names(call: Call): Promise<string[]> {
      const rows = await db.rows<{ name: string }>(sql.selectGroupNames, [workspaceOf(call)]);
      return rows.map((row) => row.name);
    },

    /** What `authorise` asks about a group. */
    async extraPerms(
      workspace: string,
      name: string,
    ): Promise<Readonly<Record<string, boolean>> | undefined> {
      type Row = { extraPerms: Record<string, boolean> };
      return (await db.row<Row>(sql.selectGroupPerms, [workspace, name]))?.extraPerms;
    },
  };
}

interface Deps {
  db: Database;
  clock: Clock;
  changed: Changed;
  dropGrants: DropGrants;
}

export type Groups = ReturnType<typeof createGroups>;

export function createGroups({ db, clock, changed, dropGrants }: Deps) {
  return {
    ...readers(db),

    /** Whoever makes a group belongs to it and may change it. */
    async create(call: Call, name: string, summary: string): Promise<{ name: string }> {
      const workspace = workspaceOf(call);
      const { username } = membershipOf(call);
      const perms = JSON.stringify({ [`u/${username}`]: true });
      await db.transaction(async (queries) => {
        const values = [workspace, name, summary, perms, clock.now()];
        if ((await queries.run(sql.insertGroup, values)) === 0) {
          throw new AppError('conflict', `There is a group ${name} already.`);
        }
        await queries.run(sql.addGroupMember, [workspace, name, username]);
      });
      changed();
      return { name };
    },

    async update(call: Call, name: string, summary: string): Promise<{ name: string }> {
      const rows = await db.run(sql.updateGroup, [workspaceOf(call), name, summary]);
      if (rows === 0) throw missing(name);
      return { name };
    },

    async share(
      call: Call,
      name: string,
      { principal, access }: { principal: string; access: Access },
    ): Promise<{ name: string }> {
      const values = [workspaceOf(call), name, principal, grantOf(access)];
      if ((await db.run(sql.shareGroup, values)) === 0) throw missing(name);
      changed();
      return { name };
    },

    async delete(call: Call, name: string): Promise<{ name: string }> {
      if (isBuiltIn(name)) {
        throw new AppError('invalid_input', `Every workspace keeps the group ${name}.`);
      }
      const workspace = workspaceOf(call);
      await db.transaction(async (queries) => {
        const rows = await queries.run(sql.deleteGroup, [workspace, name]);
        if (rows === 0) throw missing(name);
        await dropPrincipal(queries, { workspace, principal: `g/${name}` }, dropGrants);
      });
      changed();
      return { name };
    },

    async addUser(call: Call, name: string, username: string): Promise<{ name: string }> {
      assertHasList(name);
      const workspace = workspaceOf(call);
      if ((await db.run(sql.addGroupMember, [workspace, name, username])) === 0) {
        const known = await db.row(sql.selectGroupPerms, [workspace, name]);
        throw known ? notFound('user', username) : missing(name);
      }
      changed();
      return { name };
    },

    async removeUser(call: Call, name: string, username: string): Promise<{ name: string }> {
      assertHasList(name);
      const rows = await db.run(sql.removeGroupMember, [workspaceOf(call), name, username]);
      if (rows === 0) throw notFound(`user of g/${name}`, username);
      changed();
      return { name };
    },
  };
}
