// Every SQL statement of connections and of what the authorization server keeps.
import { statement } from '../../store/index.ts';

/** $5 has no connection when it is an authorization under way, a client or a consent. */
export const upsertArtifact = statement(
  'oauth.upsert_artifact',
  `insert into identity_oauth_artifact (model, hash, uid, grant_id, payload, expires_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (model, hash) do update
   set uid = excluded.uid,
       payload = excluded.payload,
       expires_at = excluded.expires_at`,
);

/** Uses the primary key. An access token is there while its row among the tokens is. */
export const selectArtifact = statement(
  'oauth.artifact',
  `select payload, consumed_at as "consumedAt"
   from identity_oauth_artifact
   where model = $1
     and hash = $2
     and (expires_at is null or expires_at > $3)
     and (model <> 'AccessToken' or exists (
       select
       from identity_token
       where identity_token.hash = identity_oauth_artifact.hash))`,
);

/** Uses identity_oauth_artifact_uid. */
export const selectArtifactByUid = statement(
  'oauth.artifact_by_uid',
  `select payload, consumed_at as "consumedAt"
   from identity_oauth_artifact
   where model = $1
     and uid = $2
     and (expires_at is null or expires_at > $3)`,
);

/** The first time counts: whoever comes second changes nothing, and is told by 0 rows. */
export const consumeArtifact = statement(
  'oauth.consume_artifact',
  `update identity_oauth_artifact
   set consumed_at = $3
   where model = $1
     and hash = $2
     and consumed_at is null`,
);

export const deleteArtifact = statement(
  'oauth.delete_artifact',
  `delete from identity_oauth_artifact
   where model = $1
     and hash = $2`,
);

export const deleteAccessToken = statement(
  'oauth.delete_access_token',
  `delete from identity_token
   where hash = $1
     and connection is not null`,
);

/** At most a thousand at a time; uses identity_oauth_artifact_expiry. */
export const pruneArtifacts = statement(
  'oauth.prune_artifacts',
  `delete from identity_oauth_artifact
   where (model, hash) in (
     select model, hash
     from identity_oauth_artifact
     where expires_at < $1
     limit 1000)`,
);

/** At most a thousand at a time; uses identity_connection_expiry. */
export const pruneConnections = statement(
  'oauth.prune_connections',
  `delete from identity_connection
   where id = any (array(
     select id
     from identity_connection
     where expires_at < $1
     limit 1000))`,
);

export const insertConnection = statement(
  'oauth.insert_connection',
  `insert into identity_connection (
     id, grant_id, user_id, client_id, client_name, workspace, scopes, read_only, audience,
     created_at, expires_at)
   select $1, $2, id, $4, $5, $6, $7, $8, $9, $10, $11
   from identity_user
   where id = $3
     and not disabled
   on conflict (grant_id) do nothing`,
);

/**
 * The row by which an access token is known to everything else; 0 rows when the connection was
 * revoked meanwhile. Older tokens of the connection end at $6: a client that refreshes has no use
 * for them, one that sent two requests at once may.
 */
export const insertAccessToken = statement(
  'oauth.insert_access_token',
  `with shortened as (
     update identity_token
     set expires_at = least(expires_at, $6::bigint)
     where connection = $4
       and hash <> $2
   ), prolonged as (
     update identity_connection
     set expires_at = greatest(expires_at, $7::bigint)
     where grant_id = $4
   )
   insert into identity_token (
     id, hash, prefix, kind, user_id, label, scopes, read_only, workspace, audience, connection,
     created_at, expires_at)
   select $1, $2, $3, 'user', user_id, client_name, scopes, read_only, workspace, audience,
     grant_id, $5, $8
   from identity_connection
   where grant_id = $4`,
);

export const selectConnection = statement(
  'oauth.connection',
  `select workspace, scopes, read_only as "readOnly", audience
   from identity_connection
   where grant_id = $1`,
);

export const deleteByGrant = statement(
  'oauth.delete_by_grant',
  `delete from identity_connection
   where grant_id = $1`,
);

/** A person's own, newest first; uses identity_connection_user. */
export const selectConnections = statement(
  'oauth.connections',
  `select
     connection.id, connection.client_id as "clientId", connection.client_name as "clientName",
     connection.workspace, connection.scopes, connection.read_only as "readOnly",
     connection.audience, connection.created_at as "createdAt",
     connection.expires_at as "expiresAt", max(token.last_used_at) as "lastUsedAt"
   from identity_connection as connection
   left join identity_token as token on token.connection = connection.grant_id
   where connection.user_id = $1
   group by connection.id
   order by connection.created_at desc, connection.id
   limit $2 offset $3`,
);

export const deleteConnection = statement(
  'oauth.delete_connection',
  `delete from identity_connection
   where id = $1
     and user_id = $2`,
);

/** The person whom an authorization server's account stands for. */
export const selectAccount = statement(
  'oauth.account',
  `select id
   from identity_user
   where id = $1
     and not disabled`,
);
