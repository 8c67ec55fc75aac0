// Every SQL statement of invitations.
import { statement } from '../../store/index.ts';

/** A second invitation of one address says what it is to be now; 0 rows: a member already. */
export const upsertInvite = statement(
  'invite.set',
  `insert into identity_invite (workspace, email, role, invited_by, created_at)
   select $1, $2, $3, $4, $5
   where not exists (
     select
     from identity_member as member
     join identity_user as person on person.id = member.user_id
     where member.workspace = $1
       and person.email = $2)
   on conflict (workspace, email) do update
   set role = excluded.role,
       invited_by = excluded.invited_by,
       created_at = excluded.created_at`,
);

const columns = `
     invite.workspace, invite.email, invite.role, invite.invited_by as "invitedBy",
     invite.created_at as "createdAt"
   from identity_invite as invite`;

/** Of a workspace, by primary key. */
export const selectInvites = statement(
  'invite.list',
  `select ${columns}
   where invite.workspace = $1
   order by invite.email
   limit $2 offset $3`,
);

/** Of a person, by identity_invite_email; $2: the only workspace that the token sees, or null. */
export const selectInvitesOf = statement(
  'invite.mine',
  `select ${columns}
   join identity_workspace as space on space.id = invite.workspace
   where invite.email = $1
     and ($2::text is null or invite.workspace = $2)
     and not space.archived
   order by invite.workspace`,
);

export const deleteInvite = statement(
  'invite.delete',
  `delete from identity_invite
   where workspace = $1
     and email = $2
   returning role`,
);
