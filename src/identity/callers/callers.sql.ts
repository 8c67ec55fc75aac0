// The statements that find out who calls. They run once in a few seconds for a token in use.
import { statement } from '../../store/index.ts';

/** Whose token this is ($1: hash), unless it expired ($2: now); uses identity_token_hash_key. */
export const selectHolder = statement(
  'caller.holder',
  `select
     identity_token.id as "tokenId", identity_token.kind, identity_token.prefix,
     identity_token.scopes, identity_token.read_only as "readOnly",
     identity_token.workspace as "boundWorkspace", identity_token.audience,
     identity_token.connection is not null as connected,
     identity_token.expires_at as "expiresAt",
     identity_token.last_used_at as "lastUsedAt", identity_user.id as "userId",
     identity_user.email, identity_user.super_admin as "superAdmin", identity_user.devops
   from identity_token
   join identity_user on identity_user.id = identity_token.user_id
   where identity_token.hash = $1
     and (identity_token.expires_at is null or identity_token.expires_at > $2)
     and not identity_user.disabled`,
);

const personColumns = `
     identity_user.id as "userId", identity_user.email,
     identity_user.super_admin as "superAdmin", identity_user.devops`;

/** The person behind a username in a workspace. */
export const selectPersonByName = statement(
  'caller.by_username',
  `select ${personColumns}
   from identity_member
   join identity_user on identity_user.id = identity_member.user_id
   where identity_member.workspace = $1
     and lower(identity_member.username) = lower($2)
     and identity_member.username = $2
     and not identity_user.disabled`,
);

/** The username of a member, by address. */
export const selectUsername = statement(
  'caller.username',
  `select identity_member.username
   from identity_user
   join identity_member on identity_member.user_id = identity_user.id
   where identity_user.email = $2
     and identity_member.workspace = $1
     and not identity_member.disabled
     and not identity_user.disabled`,
);

/** The username of a member, by id; disabled ones have none. By the primary key. */
export const selectNameOf = statement(
  'caller.name_of',
  `select username
   from identity_member
   where workspace = $1
     and user_id = $2
     and not disabled`,
);

/** An admin of the instance who is a guest in a workspace goes by the e-mail address. */
export const selectGuestByName = statement(
  'caller.by_email',
  `select ${personColumns}
   from identity_user
   where identity_user.email = $1
     and identity_user.super_admin
     and not identity_user.disabled`,
);

/** The folders of `space` that `person.principals` read, write and own, as `may`. */
const foldersOf = `   cross join lateral (
     select
       coalesce(array_agg(name order by name) filter (where owns or grants), '{}') as read,
       coalesce(array_agg(name order by name) filter (where owns or writes), '{}') as write,
       coalesce(array_agg(name order by name) filter (where owns), '{}') as own
     from (
       select
         folder.name,
         folder.owners && person.principals as owns,
         folder.extra_perms ?| person.principals as grants,
         exists (
           select
           from unnest(person.principals) as principal
           where folder.extra_perms -> principal = 'true'
         ) as writes
       from identity_folder as folder
       where folder.workspace = space.id
     ) as folder
   ) as may`;

/**
 * Everything that a person ($2) is in a workspace ($1), in one row; none when there is no such
 * workspace. $3 is the name of a guest. A principal of the person in a folder's owners owns it;
 * in its extra_perms any value reads and true writes.
 */
export const selectMembership = statement(
  'caller.membership',
  `select
     mine.username, mine.role, coalesce(mine.disabled, false) as disabled,
     belongs.groups, may.read, may.write, may.own
   from identity_workspace as space
   left join identity_member as mine on mine.workspace = space.id and mine.user_id = $2
   cross join lateral (
     select array['all'] || array(
       select listed.group_name
       from identity_group_member as listed
       where listed.workspace = space.id
         and listed.user_id = $2
         and listed.group_name <> 'all'
       order by listed.group_name
     ) as groups
   ) as belongs
   cross join lateral (
     select array['u/' || coalesce(mine.username, $3)] || array(
       select 'g/' || name
       from unnest(belongs.groups) as name
     ) as principals
   ) as person
${foldersOf}
   where space.id = $1
     and not space.archived`,
);

/** The same of a group ($2: its name) that acts by itself; none when there is no such group. */
export const selectGroupMembership = statement(
  'caller.group_membership',
  `select array['all', listed.name] as groups, may.read, may.write, may.own
   from identity_workspace as space
   join identity_group as listed on listed.workspace = space.id and listed.name = $2
   cross join lateral (
     select array['g/all', 'g/' || listed.name] as principals
   ) as person
${foldersOf}
   where space.id = $1
     and not space.archived`,
);
