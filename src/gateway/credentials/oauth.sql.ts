// Every SQL statement of OAuth at services.
import { statement } from '../../store/index.ts';

export const upsertApp = statement(
  'gateway_oauth_app.set',
  `insert into gateway_oauth_app (
     workspace, service, client_id, sealed, settings, updated_by, updated_at, given_for)
   values ($1, $2, $3, $4, $5::json, $6, $7, $8)
   on conflict (workspace, service) do update
   set client_id = excluded.client_id,
       sealed = excluded.sealed,
       settings = excluded.settings,
       updated_by = excluded.updated_by,
       updated_at = excluded.updated_at,
       given_for = excluded.given_for`,
);

export const selectApp = statement(
  'gateway_oauth_app.get',
  `select client_id as "clientId", sealed, settings, given_for as "givenFor"
   from gateway_oauth_app
   where workspace = $1
     and service = $2`,
);

export const selectApps = statement(
  'gateway_oauth_app.list',
  `select service, client_id as "clientId", settings, updated_by as "updatedBy",
     updated_at as "updatedAt"
   from gateway_oauth_app
   where workspace = $1
   order by service`,
);

export const deleteApp = statement(
  'gateway_oauth_app.remove',
  'delete from gateway_oauth_app where workspace = $1 and service = $2',
);

export const insertConsent = statement(
  'gateway_oauth_consent.begin',
  `insert into gateway_oauth_consent (
     state_hash, workspace, service, user_id, session_id, sealed, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

export const deleteStaleConsents = statement(
  'gateway_oauth_consent.forget',
  'delete from gateway_oauth_consent where expires_at <= $1',
);

/** Once, and only for the person and the session that began it. */
export const takeConsent = statement(
  'gateway_oauth_consent.take',
  `delete from gateway_oauth_consent
   where state_hash = $1
     and workspace = $2
     and service = $3
     and user_id = $4
     and session_id = $5
     and expires_at > $6
   returning sealed`,
);

export const upsertConnection = statement(
  'gateway_credential.connect',
  `insert into gateway_credential (
     workspace, service, user_id, kind, account, sealed, created_at, renew_at, expires_at,
     origin)
   values ($1, $2, $3, 'oauth', $4, $5, $6, $7, $8, $9)
   on conflict (workspace, service, user_id) do update
   set kind = excluded.kind,
       account = excluded.account,
       sealed = excluded.sealed,
       created_at = excluded.created_at,
       renew_at = excluded.renew_at,
       expires_at = excluded.expires_at,
       origin = excluded.origin,
       renewed_at = null,
       failed_at = null,
       problem = null,
       ended = false`,
);

/** Holds the connection: others who would renew it wait, and then see that it is new. */
export const holdConnection = statement(
  'gateway_credential.hold',
  `select user_id as "userId", kind, account, sealed, created_at as "createdAt",
     renew_at as "renewAt", expires_at as "expiresAt", renewed_at as "renewedAt",
     failed_at as "failedAt", problem, ended, origin
   from gateway_credential
   where workspace = $1
     and service = $2
     and user_id = $3
     and kind = 'oauth'
   for update`,
);

export const updateRenewed = statement(
  'gateway_credential.renew',
  `update gateway_credential
   set sealed = $4,
       renew_at = $5,
       expires_at = $6,
       renewed_at = $7,
       failed_at = null,
       problem = null
   where workspace = $1
     and service = $2
     and user_id = $3`,
);

export const updateFailed = statement(
  'gateway_credential.fail',
  `update gateway_credential
   set failed_at = $4,
       problem = $5,
       ended = $6
   where workspace = $1
     and service = $2
     and user_id = $3`,
);
