// The verbs of people: who they are, adding and removing them, their passwords. What they are in
// a workspace is in `members`.
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { leaveEverywhere } from '../members/index.ts';
import type { Passwords } from '../passwords.ts';
import { type Changed, membershipOf, personOf } from '../person.ts';
import type { DropGrants } from '../principals.ts';
import { deleteSessionsOf } from '../tokens/index.ts';
import type { GlobalUser, UserRow, WorkspaceUser } from './user.ts';
import * as sql from './users.sql.ts';

export interface NewUser {
  email: string;
  passwordHash: string;
  name?: string | undefined;
  superAdmin: boolean;
  at: number;
}

/** Adds a person and answers the id; undefined when the address is taken. */
export async function insertUser(queries: Queries, made: NewUser): Promise<string | undefined> {
  const id = newId();
  const { email, name, passwordHash, superAdmin, at } = made;
  const values = [id, email, name ?? null, passwordHash, superAdmin, at];
  return (await queries.run(sql.insertUser, values)) === 1 ? id : undefined;
}

export const findUserByEmail = (queries: Queries, email: string) =>
  queries.row<UserRow>(sql.selectUserByEmail, [email]);

/** Is there any person yet? */
export async function anybody(queries: Queries): Promise<boolean> {
  return (await queries.row(sql.selectAnyUser)) !== undefined;
}

/** The instance keeps an admin: without one nobody could ever make one again. */
async function assertNotLastAdmin(queries: Queries, userId: string): Promise<void> {
  const admins = await queries.rows<{ id: string }>(sql.lockSuperAdmins);
  if (admins.length !== 1 || admins[0]?.id !== userId) return;
  throw new AppError('conflict', 'This is the last admin of the instance.', {
    hint: 'Make somebody else an instance admin first.',
  });
}

export interface UsersDeps {
  db: Database;
  clock: Clock;
  passwords: Passwords;
  changed: Changed;
  dropGrants: DropGrants;
}

export interface UserChange {
  name?: string | undefined;
  superAdmin?: boolean | undefined;
  devops?: boolean | undefined;
  disabled?: boolean | undefined;
}

async function selfOf(db: Database, call: Call): Promise<UserRow> {
  const row = await db.row<UserRow>(sql.selectUser, [personOf(call)]);
  if (!row) throw new AppError('unauthenticated', 'This account is gone.');
  return row;
}

/** Folders of others are left out: they would name some that the viewer may not see. */
const noFolders = { folders: [], foldersRead: [], foldersOwners: [] };

/** Who one is, and who others are. */
function readers({ db }: UsersDeps) {
  return {
    async me(call: Call): Promise<GlobalUser> {
      const { email, superAdmin, devops, name, disabled } = await selfOf(db, call);
      const username = call.caller.membership?.username ?? null;
      const known = { loginType: 'password', verified: true, company: null } as const;
      return { ...known, email, superAdmin, devops, name, username, disabled };
    },

    async whoami(call: Call): Promise<WorkspaceUser> {
      workspaceOf(call);
      const { username, role, groups, folders } = membershipOf(call);
      const { email, name, superAdmin, createdAt } = await selfOf(db, call);
      return {
        email,
        username,
        isAdmin: role === 'admin',
        name,
        isSuperAdmin: superAdmin,
        createdAt,
        operator: role === 'operator',
        disabled: false,
        groups: [...groups],
        folders: [...folders.write],
        foldersRead: [...folders.read],
        foldersOwners: [...folders.own],
      };
    },

    async list(call: Call, { page, perPage }: { page: number; perPage: number }) {
      const values = [workspaceOf(call), perPage, (page - 1) * perPage];
      const rows = await db.rows<WorkspaceUser>(sql.selectMembers, values);
      return rows.map((row) => Object.assign(row, noFolders));
    },

    /** The same of one member. */
    async get(call: Call, username: string): Promise<WorkspaceUser> {
      const values = [workspaceOf(call), username];
      const row = await db.row<WorkspaceUser>(sql.selectMember, values);
      if (!row) throw notFound('user', username);
      return Object.assign(row, noFolders);
    },

    listAll: (_call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<
        Pick<UserRow, 'email' | 'name' | 'superAdmin' | 'devops' | 'disabled'> & {
          company: null;
          verified: boolean;
        }
      >(sql.selectUsers, [perPage, (page - 1) * perPage]),

    exists: async (_call: Call, email: string): Promise<boolean> =>
      (await findUserByEmail(db, email)) !== undefined,

    async ownsPath(call: Call, path: string): Promise<boolean> {
      const { role, username, folders } = membershipOf(call);
      if (role === 'admin') return true;
      const [kind, name = ''] = path.split('/', 2);
      return kind === 'u' ? name === username : kind === 'f' && folders.own.includes(name);
    },

    async usernameToEmail(call: Call, username: string): Promise<{ email: string }> {
      const values = [workspaceOf(call), username];
      const row = await db.row<{ email: string }>(sql.selectEmailOf, values);
      if (!row) throw notFound('user', username);
      return row;
    },
  };
}

function passwordChanges({ db, passwords, changed }: UsersDeps) {
  /** The account whose password changes: one's own, or for instance admins anybody's. */
  async function accountFor(
    call: Call,
    { email, current }: { email?: string | undefined; current?: string | undefined },
  ): Promise<UserRow> {
    const self = await selfOf(db, call);
    if (email !== undefined && email !== self.email) {
      const ask = { action: 'users:write', risk: 'write' } as const;
      const verdict = authorise(call.caller, ask);
      if (!verdict.allowed) throw verdict.error;
      const other = await findUserByEmail(db, email);
      if (!other) throw notFound('user', email);
      return other;
    }
    if (self.passwordHash !== null && !(await passwords.verify(current ?? '', self.passwordHash))) {
      throw new AppError('forbidden', 'The current password is not right.', {
        hint: 'Give the password that you log in with as current.',
      });
    }
    return self;
  }

  return {
    /** Ends every session of the account, this one too: whoever holds one may be the reason. */
    async setPassword(
      call: Call,
      wanted: {
        password: string;
        current?: string | undefined;
        email?: string | undefined;
      },
    ): Promise<Record<string, never>> {
      const account = await accountFor(call, wanted);
      const passwordHash = await passwords.hash(wanted.password);
      await db.transaction(async (queries) => {
        await queries.run(sql.updatePassword, [account.id, passwordHash]);
        await queries.run(deleteSessionsOf, [account.id]);
      });
      changed();
      return {};
    },
  };
}

export type Users = ReturnType<typeof createUsers>;

export function createUsers(deps: UsersDeps) {
  const { db, clock, passwords, changed } = deps;
  return {
    ...readers(deps),
    ...passwordChanges(deps),

    async create(
      _call: Call,
      wanted: {
        email: string;
        password: string;
        name?: string | undefined;
        superAdmin: boolean;
      },
    ): Promise<{ email: string }> {
      const passwordHash = await passwords.hash(wanted.password);
      const { email, name, superAdmin } = wanted;
      const made = { email, name, superAdmin, passwordHash, at: clock.now() };
      if (!(await insertUser(db, made))) {
        throw new AppError('conflict', `There is a person with the address ${email} already.`);
      }
      return { email };
    },

    async update(_call: Call, email: string, fields: UserChange): Promise<{ email: string }> {
      const { name, superAdmin, devops, disabled } = fields;
      await db.transaction(async (queries) => {
        const row = await findUserByEmail(queries, email);
        if (!row) throw notFound('user', email);
        if (superAdmin === false || disabled === true) await assertNotLastAdmin(queries, row.id);
        const values = [email, name ?? null, superAdmin ?? null, devops ?? null, disabled ?? null];
        await queries.run(sql.updateUser, values);
        if (disabled === true) await queries.run(deleteSessionsOf, [row.id]);
      });
      changed();
      return { email };
    },

    async delete(_call: Call, email: string): Promise<{ email: string }> {
      await db.transaction(async (queries) => {
        const row = await findUserByEmail(queries, email);
        if (!row) throw notFound('user', email);
        await assertNotLastAdmin(queries, row.id);
        await leaveEverywhere(queries, row.id, deps.dropGrants);
        await queries.run(sql.deleteUser, [row.id]);
      });
      changed();
      return { email };
    },
  };
}
