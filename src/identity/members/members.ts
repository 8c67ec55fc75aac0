// The verbs of membership: adding people to a workspace, their roles, removing them. Whoever
// leaves takes along what was granted under their name, which stays theirs.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, type Role, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { usernameFrom } from '../names.ts';
import { type Changed, membershipOf } from '../person.ts';
import { type DropGrants, dropPrincipal } from '../principals.ts';
import * as sql from './members.sql.ts';

export interface NewMember {
  workspace: string;
  userId: string;
  email: string;
  /** Made from the e-mail address when left out. */
  username?: string | undefined;
  role: Role;
  at: number;
}

/** Names to try: the one asked for, or one of the address, with a number where it is taken. */
function candidatesFor({ email, username }: NewMember): string[] {
  if (username !== undefined) return [username];
  const base = usernameFrom(email);
  return Array.from({ length: 100 }, (_none, at) => (at === 0 ? base : `${base}${at + 1}`));
}

/** Adds the person and answers the username; throws `conflict`. */
export async function insertMember(queries: Queries, wanted: NewMember): Promise<string> {
  const { workspace, userId, role, at } = wanted;
  for (const username of candidatesFor(wanted)) {
    const values = [workspace, userId, username, role, at];
    if ((await queries.run(sql.insertMember, values)) === 1) return username;
    const found = await queries.row<{ member: boolean }>(sql.selectIsMember, [workspace, userId]);
    if (found?.member) {
      throw new AppError('conflict', `${wanted.email} is a member of this workspace already.`);
    }
  }
  throw new AppError(
    'conflict',
    'This username is taken in the workspace, or was somebody else’s.',
    {
      hint: 'Name another one.',
    },
  );
}

interface Place {
  workspace: string;
  username: string;
}

/** Before a member goes: keeps the name, and takes back what was granted to it. */
async function leaveName(
  queries: Queries,
  { workspace, username }: Place,
  dropGrants: DropGrants,
): Promise<void> {
  await queries.run(sql.keepName, [workspace, username]);
  await dropPrincipal(queries, { workspace, principal: `u/${username}` }, dropGrants);
}

/** Does `change`, unless it leaves the workspace without an admin; throws `conflict` then. */
async function keepingAnAdmin<Result>(
  queries: Queries,
  workspace: string,
  change: () => Promise<Result>,
): Promise<Result> {
  const before = await queries.rows(sql.holdAdmins, [workspace]);
  const result = await change();
  const after = await queries.rows(sql.holdAdmins, [workspace]);
  if (before.length === 0 || after.length > 0) return result;
  throw new AppError('conflict', 'This is the last admin of the workspace.', {
    hint: 'Make somebody else an admin first.',
  });
}

/** The same in every workspace, before the account goes. */
export async function leaveEverywhere(
  queries: Queries,
  userId: string,
  dropGrants: DropGrants,
): Promise<void> {
  for (const place of await queries.rows<Place>(sql.selectMembershipsOf, [userId])) {
    await leaveName(queries, place, dropGrants);
  }
}

/** The full names of the members of a workspace, of those who have one. */
export async function namesOf(queries: Queries, workspace: string): Promise<string[]> {
  const rows = await queries.rows<{ name: string }>(sql.selectNames, [workspace]);
  return rows.map(({ name }) => name);
}

interface Member {
  username: string;
  role: Role;
  disabled: boolean;
}

export type Members = ReturnType<typeof createMembers>;

export function createMembers({
  db,
  clock,
  changed,
  dropGrants,
}: {
  db: Database;
  clock: Clock;
  changed: Changed;
  dropGrants: DropGrants;
}) {
  async function removeFrom(workspace: string, username: string): Promise<{ username: string }> {
    await db.transaction(async (queries) => {
      await leaveName(queries, { workspace, username }, dropGrants);
      const rows = await keepingAnAdmin(queries, workspace, () =>
        queries.run(sql.deleteMember, [workspace, username]),
      );
      if (rows === 0) throw notFound('user', username);
    });
    changed();
    return { username };
  }

  return {
    async add(
      call: Call,
      wanted: { email: string; username?: string | undefined; role: Role },
    ): Promise<{ email: string; username: string; role: Role }> {
      const { email, role } = wanted;
      const person = await db.row<{ id: string; email: string }>(sql.selectPerson, [email]);
      if (!person) {
        throw new AppError('not_found', `Nobody here has the address ${email}.`, {
          hint: 'An admin of the instance adds people (users.create).',
        });
      }
      const username = await insertMember(db, {
        ...wanted,
        workspace: workspaceOf(call),
        userId: person.id,
        at: clock.now(),
      });
      changed();
      return { email, username, role };
    },

    async update(
      call: Call,
      username: string,
      { role, disabled }: { role?: Role | undefined; disabled?: boolean | undefined },
    ): Promise<Member> {
      const workspace = workspaceOf(call);
      const values = [workspace, username, role ?? null, disabled ?? null];
      const row = await db.transaction((queries) =>
        keepingAnAdmin(queries, workspace, () => queries.row<Member>(sql.updateMember, values)),
      );
      if (!row) throw notFound('user', username);
      changed();
      return row;
    },

    remove: (call: Call, username: string) => removeFrom(workspaceOf(call), username),

    /** `forbidden` for an admin of the instance who is only a guest here. */
    async leave(call: Call): Promise<{ username: string }> {
      const workspace = workspaceOf(call);
      const { username } = membershipOf(call);
      try {
        return await removeFrom(workspace, username);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
        throw new AppError('forbidden', 'You are no member of this workspace.');
      }
    },
  };
}
