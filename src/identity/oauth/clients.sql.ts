// Every SQL statement of the clients that made themselves known, or were made known.
import { statement } from '../../store/index.ts';

const fields = `id, name, client_uri as "clientUri", redirect_uris as "redirectUris",
     secret_hash as "secretHash", created_at as "createdAt"`;

export const selectClient = statement(
  'oauth.client',
  `select ${fields}
   from identity_oauth_client
   where id = $1`,
);

/** Uses identity_oauth_client_digest. */
export const selectRecentClient = statement(
  'oauth.recent_client',
  `select ${fields}
   from identity_oauth_client
   where digest = $1
     and created_at > $2
   order by created_at desc
   limit 1`,
);

export const insertClient = statement(
  'oauth.insert_client',
  `insert into identity_oauth_client (
     id, name, client_uri, redirect_uris, secret_hash, digest, created_by, created_at, used_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
);

/** None for a client that describes itself elsewhere. */
export const touchClient = statement(
  'oauth.touch_client',
  `update identity_oauth_client
   set used_at = $2
   where id = $1`,
);

/** What admins made, newest first; uses identity_oauth_client_made. */
export const selectMadeClients = statement(
  'oauth.made_clients',
  `select
     id, name, redirect_uris as "redirectUris", secret_hash is not null as "hasSecret",
     created_at as "createdAt", used_at as "usedAt"
   from identity_oauth_client
   where digest is null
   order by created_at desc, id
   limit $1 offset $2`,
);

/** With what people allowed it, by identity_connection_client. */
export const deleteClient = statement(
  'oauth.delete_client',
  `with connections as (
     delete from identity_connection
     where client_id = $1
   )
   delete from identity_oauth_client
   where id = $1`,
);

/** Unused since $1, at most a thousand at a time; uses identity_oauth_client_unused. */
export const pruneClients = statement(
  'oauth.prune_clients',
  `delete from identity_oauth_client
   where id = any (array(
     select id
     from identity_oauth_client as client
     where digest is not null
       and used_at < $1
       and not exists (
         select
         from identity_connection
         where client_id = client.id)
     limit 1000))`,
);
