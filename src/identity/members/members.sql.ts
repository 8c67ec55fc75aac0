// Every SQL statement of members: who is what in which workspace.
import { statement } from '../../store/index.ts';

/** 0 rows: the person is a member already, or the name is or was somebody else's. */
export const insertMember = statement(
  'member.insert',
  `insert into identity_member (workspace, user_id, username, role, created_at)
   select $1, $2, $3, $4, $5
   where not exists (
     select
     from identity_former_name as former
     where former.workspace = $1
       and lower(former.username) = lower($3)
       and former.user_id <> $2)
   on conflict do nothing`,
);

/** Keeps the name of a member ($2) for that person, before it goes. */
export const keepName = statement(
  'member.keep_name',
  `insert into identity_former_name (workspace, username, user_id)
   select workspace, username, user_id
   from identity_member
   where workspace = $1
     and lower(username) = lower($2)
     and username = $2
   on conflict (workspace, lower(username)) do update
   set username = excluded.username,
       user_id = excluded.user_id`,
);

export const selectIsMember = statement(
  'member.is_member',
  `select exists (
     select
     from identity_member
     where workspace = $1
       and user_id = $2
   ) as member`,
);

/** Uses the primary keys of both. */
export const selectNames = statement(
  'member.names',
  `select identity_user.name
   from identity_member
   join identity_user on identity_user.id = identity_member.user_id
   where identity_member.workspace = $1
     and identity_user.name is not null`,
);

export const selectPerson = statement(
  'member.person',
  `select id, email
   from identity_user
   where email = $1`,
);

/** Null leaves the field as it is. */
export const updateMember = statement(
  'member.update',
  `update identity_member
   set role = coalesce($3, role),
     disabled = coalesce($4, disabled)
   where workspace = $1
     and lower(username) = lower($2)
     and username = $2
   returning username, role, disabled`,
);

/** Held, so that two admins cannot take each other's role at one moment. */
export const holdAdmins = statement(
  'member.hold_admins',
  `select username
   from identity_member
   where workspace = $1
     and role = 'admin'
     and not disabled
   order by user_id
   for update`,
);

/** Group memberships go with it. */
export const deleteMember = statement(
  'member.delete',
  `delete from identity_member
   where workspace = $1
     and lower(username) = lower($2)
     and username = $2`,
);

export const selectMembershipsOf = statement(
  'member.of_user',
  `select workspace, username
   from identity_member
   where user_id = $1`,
);
