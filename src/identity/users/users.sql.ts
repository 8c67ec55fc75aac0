// Every SQL statement of people.
import { statement } from '../../store/index.ts';

/** 0 rows: the address is taken. */
export const insertUser = statement(
  'user.insert',
  `insert into identity_user (id, email, name, password_hash, super_admin, created_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (email) do nothing`,
);

const columns = `
     id, email, name, super_admin as "superAdmin", devops, disabled,
     password_hash as "passwordHash", created_at as "createdAt"`;

export const selectUser = statement(
  'user.get',
  `select ${columns}
   from identity_user
   where id = $1`,
);

export const selectUserByEmail = statement(
  'user.by_email',
  `select ${columns}
   from identity_user
   where email = $1`,
);

/** Is there anybody? Stops at the first row. */
export const selectAnyUser = statement(
  'user.any',
  `select id
   from identity_user
   order by id
   limit 1`,
);

/** Everybody of the instance, by address. */
export const selectUsers = statement(
  'user.list_all',
  `select email, name, null as company, true as verified, super_admin as "superAdmin", devops,
     disabled
   from identity_user
   order by email
   limit $1 offset $2`,
);

const memberColumns = `
     identity_user.email, identity_member.username,
     identity_member.role = 'admin' or identity_user.super_admin as "isAdmin",
     identity_user.name, identity_user.super_admin as "isSuperAdmin",
     identity_member.created_at as "createdAt", identity_member.role = 'operator' as operator,
     identity_member.disabled or identity_user.disabled as disabled,
     array(
       select 'all'
       union all
       select listed.group_name
       from identity_group_member as listed
       where listed.workspace = identity_member.workspace
         and listed.user_id = identity_member.user_id
         and listed.group_name <> 'all'
     ) as groups
   from identity_member
   join identity_user on identity_user.id = identity_member.user_id`;

/** The members of a workspace, by name. */
export const selectMembers = statement(
  'user.list',
  `select ${memberColumns}
   where identity_member.workspace = $1
   order by identity_member.username
   limit $2 offset $3`,
);

export const selectMember = statement(
  'user.member',
  `select ${memberColumns}
   where identity_member.workspace = $1
     and lower(identity_member.username) = lower($2)
     and identity_member.username = $2`,
);

export const selectEmailOf = statement(
  'user.email_of_username',
  `select identity_user.email
   from identity_member
   join identity_user on identity_user.id = identity_member.user_id
   where identity_member.workspace = $1
     and lower(identity_member.username) = lower($2)
     and identity_member.username = $2`,
);

/** Locks the instance admins, so that two of them cannot remove one another at the same time. */
export const lockSuperAdmins = statement(
  'user.lock_super_admins',
  `select id
   from identity_user
   where super_admin
     and not disabled
   order by id
   for update`,
);

/** Null leaves the field as it is. */
export const updateUser = statement(
  'user.update',
  `update identity_user
   set name = coalesce($2, name),
     super_admin = coalesce($3, super_admin),
     devops = coalesce($4, devops),
     disabled = coalesce($5, disabled)
   where email = $1`,
);

export const updatePassword = statement(
  'user.update_password',
  `update identity_user
   set password_hash = $2
   where id = $1`,
);

/** Memberships, tokens and sessions go with it. */
export const deleteUser = statement(
  'user.delete',
  `delete from identity_user
   where id = $1`,
);

/** Accounts by id, with what they are called in a workspace. Uses the primary keys. */
export const selectNames = statement(
  'user.names',
  `select identity_user.id, identity_user.email, identity_member.username
   from identity_user
   left join identity_member on identity_member.user_id = identity_user.id
     and identity_member.workspace = $1
   where identity_user.id = any ($2::uuid[])`,
);

/** By e-mail address ($2), else by username ($3). */
export const selectIdOf = statement(
  'user.id_of',
  `(select id, 1 as rank
   from identity_user
   where email = $2)
   union all
   (select user_id, 2
   from identity_member
   where workspace = $1
     and lower(username) = lower($3)
     and username = $3)
   order by rank
   limit 1`,
);
