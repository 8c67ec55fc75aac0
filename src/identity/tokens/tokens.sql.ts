// Every SQL statement of tokens, sessions and set-up links, except finding out who holds one
// (`callers`).
import { statement } from '../../store/index.ts';

/**
 * A token of the person $5; 0 rows when there is no such person any more. $12 is the password
 * hash that a login was checked against, null elsewhere: a password that was changed meanwhile
 * opens no session.
 */
export const insertToken = statement(
  'token.insert',
  `insert into identity_token (
     id, hash, prefix, kind, user_id, label, scopes, read_only, workspace, created_at, expires_at,
     in_url)
   select $1, $2, $3, $4, id, $6, $7, $8, $9, $10, $11, $13
   from identity_user
   where id = $5
     and not disabled
     and ($12::text is null or password_hash = $12)`,
);

/** Who may be named by a token that is bound to the workspace $2: members and instance admins. */
export const selectMayBind = statement(
  'token.may_bind',
  `select exists (
     select
     from identity_workspace
     join identity_user on identity_user.id = $1
     left join identity_member
       on identity_member.workspace = identity_workspace.id
       and identity_member.user_id = $1
     where identity_workspace.id = $2
       and not identity_workspace.archived
       and (identity_user.super_admin or not identity_member.disabled)
   ) as may`,
);

/** A person's own tokens, newest first; uses identity_token_user. */
export const selectTokens = statement(
  'token.list',
  `select
     identity_token.label, identity_token.expires_at as expiration,
     identity_token.prefix as "tokenPrefix", identity_token.created_at as "createdAt",
     identity_token.last_used_at as "lastUsedAt", identity_token.scopes, identity_user.email,
     identity_token.workspace as "workspaceId", identity_token.read_only as "readOnly",
     identity_token.in_url as "inUrl", identity_token.connection is not null as connected
   from identity_token
   join identity_user on identity_user.id = identity_token.user_id
   where identity_token.user_id = $1
     and identity_token.kind = 'user'
   order by identity_token.created_at desc, identity_token.prefix
   limit $2 offset $3`,
);

const powerColumns = `scopes, workspace, read_only as "readOnly", expires_at as "expiresAt",
     in_url as "inUrl"`;

/** What the token that calls may hand on; uses the primary key. */
export const selectPower = statement(
  'token.power',
  `select kind, ${powerColumns}
   from identity_token
   where id = $1`,
);

export const selectPowerByPrefix = statement(
  'token.power_by_prefix',
  `select ${powerColumns}
   from identity_token
   where user_id = $1
     and kind = 'user'
     and prefix = $2`,
);

/** One that has not ended ($3: now), held by the transaction; uses identity_token_user. */
export const holdToken = statement(
  'token.hold',
  `select id, label, ${powerColumns}, created_at as "createdAt", connection
   from identity_token
   where user_id = $1
     and kind = 'user'
     and prefix = $2
     and (expires_at is null or expires_at > $3)
   for update`,
);

/** The token $1 works until $2; uses the primary key. */
export const endToken = statement(
  'token.end',
  `update identity_token
   set expires_at = $2
   where id = $1`,
);

export const selectSetting = statement(
  'setting.read',
  `select value
   from identity_setting
   where name = $1`,
);

export const upsertSetting = statement(
  'setting.write',
  `insert into identity_setting (name, value)
   values ($1, $2)
   on conflict (name) do update
   set value = excluded.value`,
);

export const selectAccountId = statement(
  'token.account',
  `select id
   from identity_user
   where email = $1
     and not disabled`,
);

export const updateScopes = statement(
  'token.update_scopes',
  `update identity_token
   set scopes = $3
   where user_id = $1
     and kind = 'user'
     and prefix = $2`,
);

export const updateLabel = statement(
  'token.update_label',
  `update identity_token
   set label = $3
   where user_id = $1
     and kind = 'user'
     and prefix = $2`,
);

/** A token that a client got by a consent takes the whole connection with it. */
export const deleteToken = statement(
  'token.delete',
  `with gone as (
     delete from identity_token
     where user_id = $1
       and kind = 'user'
       and prefix = $2
     returning connection
   ), ended as (
     delete from identity_connection
     using gone
     where identity_connection.grant_id = gone.connection
   )
   select count(*)::int as count
   from gone`,
);

export const deleteSession = statement(
  'token.delete_session',
  `delete from identity_token
   where id = $1
     and kind = 'session'`,
);

export const deleteSessionsOf = statement(
  'token.delete_sessions',
  `delete from identity_token
   where user_id = $1
     and kind = 'session'`,
);

/**
 * Sessions and links go when they expire ($1), tokens a while later ($2), so that people see why
 * something stopped working. At most a thousand at a time; uses identity_token_expiry.
 */
export const pruneTokens = statement(
  'token.prune',
  `delete from identity_token
   where id = any (array(
     select id
     from identity_token
     where expires_at < $1
       and (kind <> 'user' or expires_at < $2)
     limit 1000))`,
);

/** $1: ids, $2: times. Keeps the later time when two processes saw the token. */
export const touchTokens = statement(
  'token.touch',
  `update identity_token
   set last_used_at = used.at
   from unnest($1::uuid[], $2::bigint[]) as used (id, at)
   where identity_token.id = used.id
     and (identity_token.last_used_at is null or identity_token.last_used_at < used.at)`,
);
