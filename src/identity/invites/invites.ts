// The verbs of invitations: an admin of a workspace asks somebody in, by e-mail address, and who
// has the account of that address accepts or declines. No mail is sent: people see it here.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { type Call, displayNameOf, type Role, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { insertMember } from '../members/index.ts';
import { type Changed, personOf } from '../person.ts';
import type { Invite } from './invite.ts';
import * as sql from './invites.sql.ts';

export type Invites = ReturnType<typeof createInvites>;

/** A token of one workspace knows of no other. */
function assertWithin({ caller }: Call, workspace: string): void {
  const { boundWorkspace } = caller;
  if (boundWorkspace !== null && boundWorkspace !== workspace) throw notFound('invite', workspace);
}

export function createInvites({
  db,
  clock,
  changed,
}: {
  db: Database;
  clock: Clock;
  changed: Changed;
}) {
  return {
    async create(
      call: Call,
      { email, role }: { email: string; role: Role },
    ): Promise<{ email: string; role: Role }> {
      const by = [displayNameOf(call.caller), clock.now()];
      const rows = await db.run(sql.upsertInvite, [workspaceOf(call), email, role, ...by]);
      if (rows === 1) return { email, role };
      throw new AppError('conflict', `${email} is a member of this workspace already.`);
    },

    list: (call: Call, { page, perPage }: { page: number; perPage: number }): Promise<Invite[]> =>
      db.rows(sql.selectInvites, [workspaceOf(call), perPage, (page - 1) * perPage]),

    async remove(call: Call, email: string): Promise<{ email: string }> {
      const row = await db.row(sql.deleteInvite, [workspaceOf(call), email]);
      if (!row) throw notFound('invite', email);
      return { email };
    },

    /** The invitations of who asks. */
    async mine(call: Call): Promise<Invite[]> {
      personOf(call);
      const { email, boundWorkspace } = call.caller;
      return db.rows<Invite>(sql.selectInvitesOf, [email, boundWorkspace]);
    },

    async accept(
      call: Call,
      { workspace, username }: { workspace: string; username?: string | undefined },
    ): Promise<{ workspace: string; username: string }> {
      assertWithin(call, workspace);
      const userId = personOf(call);
      const { email } = call.caller;
      const name = await db.transaction(async (queries) => {
        const mine = await queries.rows<Invite>(sql.selectInvitesOf, [email, workspace]);
        const taken = await queries.row<{ role: Role }>(sql.deleteInvite, [workspace, email]);
        if (mine.length === 0 || !taken) throw notFound('invite', workspace);
        const member = { workspace, userId, email, username, role: taken.role };
        return insertMember(queries, { ...member, at: clock.now() });
      });
      changed();
      return { workspace, username: name };
    },

    async decline(call: Call, workspace: string): Promise<{ workspace: string }> {
      assertWithin(call, workspace);
      personOf(call);
      const row = await db.row(sql.deleteInvite, [workspace, call.caller.email]);
      if (!row) throw notFound('invite', workspace);
      return { workspace };
    },
  };
}
