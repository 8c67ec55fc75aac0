// Every SQL statement of credentials.
import { statement } from '../../store/index.ts';

export const upsertCredential = statement(
  'gateway_credential.set',
  `insert into gateway_credential (
     workspace, service, user_id, kind, account, sealed, created_at, origin)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (workspace, service, user_id) do update
   set kind = excluded.kind,
       account = excluded.account,
       sealed = excluded.sealed,
       created_at = excluded.created_at,
       origin = excluded.origin,
       renew_at = null,
       expires_at = null,
       renewed_at = null,
       failed_at = null,
       problem = null,
       ended = false`,
);

/** The person's own ($3) before the shared one ($4). */
export const selectCredential = statement(
  'gateway_credential.get',
  `select user_id as "userId", kind, account, sealed, created_at as "createdAt",
     renew_at as "renewAt", expires_at as "expiresAt", renewed_at as "renewedAt",
     failed_at as "failedAt", problem, ended, origin
   from gateway_credential
   where workspace = $1
     and service = $2
     and user_id in ($3, $4)
   order by user_id = $4
   limit 1`,
);

export const listCredentials = statement(
  'gateway_credential.list',
  `select service, user_id = $3 as shared, kind, account, created_at as "createdAt",
     expires_at as "expiresAt", renewed_at as "renewedAt", problem, ended, origin
   from gateway_credential
   where workspace = $1
     and user_id in ($2, $3)
   order by service, shared`,
);

export const deleteCredential = statement(
  'gateway_credential.remove',
  `delete from gateway_credential
   where workspace = $1
     and service = $2
     and user_id = $3
   returning user_id as "userId", kind, account, sealed, created_at as "createdAt",
     renew_at as "renewAt", expires_at as "expiresAt", renewed_at as "renewedAt",
     failed_at as "failedAt", problem, ended, origin`,
);
