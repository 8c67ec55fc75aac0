// The SQL of delegated tokens, of the nonces that were used, and of attempts to exchange.
import { statement } from '../../store/index.ts';

export const insertToken = statement(
  'delegated_token.insert',
  `insert into gateway_delegated_token (
     hash, id, grant_id, client_id, actor, job_id, prefix, services, issued_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

/**
 * What a token ($1: hash) says at this moment ($2), by primary keys: nothing unless the grant is
 * active, delegation is on, and server and client are still registered. Read at every call, so that
 * a revocation holds at once in every process.
 */
export const selectToken = statement(
  'delegated_token.find',
  `select token.id, token.grant_id as "grantId", token.actor, token.job_id as "jobId",
     token.client_id as "clientId", token.issued_at as "issuedAt",
     token.expires_at as "expiresAt", token.prefix, token.services as asked,
     own.services as granted, own.workspace, own.user_id as "userId", own.instance
   from gateway_delegated_token as token
   join gateway_grant as own on own.id = token.grant_id
   join gateway_delegation as switch on switch.workspace = own.workspace and switch.enabled
   left join gateway_instance as instance
     on instance.workspace = own.workspace
     and instance.id = own.instance
   left join gateway_client as client on client.id = token.client_id
   where token.hash = $1
     and token.expires_at > $2
     and own.status = 'active'
     and own.expires_at > $2
     and (own.instance = 'local' or instance.id is not null)
     and (token.client_id is null or client.id is not null)`,
);

export const pruneTokens = statement(
  'delegated_token.prune',
  `delete from gateway_delegated_token
   where hash = any (array(
     select hash
     from gateway_delegated_token
     where expires_at < $1
     limit 1000))`,
);

/** Who comes second changes nothing. */
export const insertNonce = statement(
  'exchange_nonce.insert',
  `insert into gateway_exchange_nonce (place, job_id, nonce_hash, expires_at)
   values ($1, $2, $3, $4)
   on conflict do nothing`,
);

/** How often a job was given a token; by the primary key. */
export const countNonces = statement(
  'exchange_nonce.count',
  `select count(*)::int as count
   from gateway_exchange_nonce
   where place = $1
     and job_id = $2`,
);

export const pruneNonces = statement(
  'exchange_nonce.prune',
  `delete from gateway_exchange_nonce
   where ctid = any (array(
     select ctid
     from gateway_exchange_nonce
     where expires_at < $1
     limit 1000))`,
);

export const insertExchange = statement(
  'exchange.insert',
  `insert into gateway_exchange (
     id, workspace, at, client_id, instance, job_id, actor, subject, scope, reason_code)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

export const selectExchanges = statement(
  'exchange.list',
  `select id, at, client_id as "clientId", instance, job_id as "jobId", actor, subject, scope,
     reason_code as "reasonCode"
   from gateway_exchange
   where workspace = $1
     and ($2::text is null or reason_code = $2)
   order by at desc, id
   limit $3 offset $4`,
);

export const pruneExchanges = statement(
  'exchange.prune',
  `delete from gateway_exchange
   where id = any (array(
     select id
     from gateway_exchange
     where at < $1
     limit 1000))`,
);
