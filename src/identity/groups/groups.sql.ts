// Every SQL statement of groups.
import { statement } from '../../store/index.ts';

/** 0 rows: the name is taken. */
export const insertGroup = statement(
  'group.insert',
  `insert into identity_group (workspace, name, summary, extra_perms, created_at)
   values ($1, $2, $3, $4, $5)
   on conflict (workspace, name) do nothing`,
);

/** `all` has no rows of its own: it is the list of members. */
const columns = `
     name, summary, extra_perms as "extraPerms",
     case when name = 'all' then array(
       select everybody.username
       from identity_member as everybody
       where everybody.workspace = identity_group.workspace
         and not everybody.disabled
       order by everybody.username
     ) else array(
       select belongs.username
       from identity_group_member as listed
       join identity_member as belongs using (workspace, user_id)
       where listed.workspace = identity_group.workspace
         and listed.group_name = identity_group.name
       order by belongs.username
     ) end as members`;

export const selectGroup = statement(
  'group.get',
  `select ${columns}
   from identity_group
   where workspace = $1
     and name = $2`,
);

export const selectGroups = statement(
  'group.list',
  `select ${columns}
   from identity_group
   where workspace = $1
   order by name
   limit $2 offset $3`,
);

export const selectGroupNames = statement(
  'group.names',
  `select name
   from identity_group
   where workspace = $1
   order by name`,
);

export const selectGroupPerms = statement(
  'group.extra_perms',
  `select extra_perms as "extraPerms"
   from identity_group
   where workspace = $1
     and name = $2`,
);

export const updateGroup = statement(
  'group.update',
  `update identity_group
   set summary = $3
   where workspace = $1
     and name = $2`,
);

/** $4: true to change the group, false to stand in its list only, null for nothing. */
export const shareGroup = statement(
  'group.share',
  `update identity_group
   set extra_perms = case
     when $4::boolean is null then extra_perms - $3
     else extra_perms || jsonb_build_object($3::text, $4::boolean)
   end
   where workspace = $1
     and name = $2`,
);

export const deleteGroup = statement(
  'group.delete',
  `delete from identity_group
   where workspace = $1
     and name = $2`,
);

/** $3: username. No row when the workspace has no such member or group; twice does no harm. */
export const addGroupMember = statement(
  'group.add_member',
  `insert into identity_group_member (workspace, group_name, user_id)
   select identity_group.workspace, identity_group.name, identity_member.user_id
   from identity_group
   join identity_member using (workspace)
   where identity_group.workspace = $1
     and identity_group.name = $2
     and lower(identity_member.username) = lower($3)
     and identity_member.username = $3
   on conflict (workspace, group_name, user_id) do update set group_name = excluded.group_name`,
);

export const removeGroupMember = statement(
  'group.remove_member',
  `delete from identity_group_member
   using identity_member
   where identity_group_member.workspace = $1
     and identity_group_member.group_name = $2
     and identity_member.workspace = $1
     and identity_member.user_id = identity_group_member.user_id
     and lower(identity_member.username) = lower($3)
     and identity_member.username = $3`,
);
