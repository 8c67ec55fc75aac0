// The SQL of grants: what people let flows do in their name, and what admins let them do beyond.
import { statement } from '../../store/index.ts';

const grantColumns = `id, workspace, user_id as "userId", instance,
     remote_workspace as "remoteWorkspace", flow_path as "flowPath", client_id as "clientId",
     status, services, declaration_hash as "declarationHash", code, code_hash as "codeHash",
     approved_by as "approvedBy", approved_at as "approvedAt", ended_by as "endedBy",
     ended_at as "endedAt", created_at as "createdAt", last_used_at as "lastUsedAt",
     expires_at as "expiresAt"`;

/** Held until the transaction ends: exchanges of one flow for one person follow each other. */
export const holdGrant = statement(
  'grant.hold',
  `select ${grantColumns}
   from gateway_grant
   where workspace = $1
     and user_id = $2
     and instance = $3
     and remote_workspace = $4
     and flow_path = $5
   for update`,
);

export const insertGrant = statement(
  'grant.insert',
  `insert into gateway_grant (
     id, workspace, user_id, instance, remote_workspace, flow_path, client_id, status, services,
     declaration_hash, code, code_hash, approved_by, approved_at, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
   on conflict do nothing`,
);

/** As the last exchange found it; $8 and $9 are null unless this approves it. */
export const updateGrant = statement(
  'grant.update',
  `update gateway_grant
   set status = $2,
       client_id = $3,
       services = $4,
       declaration_hash = $5,
       code = $6,
       code_hash = $7,
       approved_by = coalesce($8, approved_by),
       approved_at = coalesce($9, approved_at),
       ended_by = case when $8::text is null then ended_by end,
       ended_at = case when $8::text is null then ended_at end,
       expires_at = $10
   where id = $1`,
);

/** Throttled by the caller: written at each exchange alone. */
export const touchGrant = statement(
  'grant.touch',
  `update gateway_grant
   set last_used_at = $2
   where id = $1`,
);

/** Of one person ($2), or of all when null; newest first. By gateway_grant_newest. */
export const selectGrants = statement(
  'grant.list',
  `select ${grantColumns}
   from gateway_grant
   where workspace = $1
     and ($2::uuid is null or user_id = $2)
     and ($3::text is null or status = $3)
   order by created_at desc, id
   limit $4 offset $5`,
);

export const selectGrant = statement(
  'grant.get',
  `select ${grantColumns}
   from gateway_grant
   where workspace = $1
     and id = $2`,
);

/** Approves what stands there now: the code ($5) that was looked at, where it is named. */
export const approveGrant = statement(
  'grant.approve',
  `update gateway_grant
   set status = 'active',
       approved_by = $3,
       approved_at = $4,
       ended_by = null,
       ended_at = null,
       expires_at = $6
   where workspace = $1
     and id = $2
     and ($5::text is null or code_hash = $5)`,
);

/** Its tokens end with it. */
export const revokeGrant = statement(
  'grant.revoke',
  `with ended as (
     update gateway_grant
     set status = 'revoked',
         ended_by = $3,
         ended_at = $4
     where workspace = $1
       and id = $2
     returning id
   ), tokens as (
     delete from gateway_delegated_token
     using ended
     where gateway_delegated_token.grant_id = ended.id
   )
   select id
   from ended`,
);

const highRiskColumns = `id, user_id as "userId", instance, remote_workspace as "remoteWorkspace",
     flow_path as "flowPath", service, action, reason, granted_by as "grantedBy",
     created_at as "createdAt", expires_at as "expiresAt", ended_by as "endedBy",
     ended_at as "endedAt"`;

export const insertHighRisk = statement(
  'high_risk_grant.insert',
  `insert into gateway_high_risk_grant (
     id, workspace, user_id, instance, remote_workspace, flow_path, service, action, reason,
     granted_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

export const selectHighRisks = statement(
  'high_risk_grant.list',
  `select ${highRiskColumns}
   from gateway_high_risk_grant
   where workspace = $1
   order by created_at desc, id
   limit $2 offset $3`,
);

export const endHighRisk = statement(
  'high_risk_grant.end',
  `update gateway_high_risk_grant
   set ended_by = $3,
       ended_at = $4
   where workspace = $1
     and id = $2
     and ended_at is null`,
);

/** One that lets grant $1 do $3 (null: anything) in service $2 now ($4). */
export const selectHighRiskFor = statement(
  'high_risk_grant.for',
  `select risk.id
   from gateway_grant as own
   join gateway_high_risk_grant as risk
     on risk.workspace = own.workspace
     and risk.flow_path = own.flow_path
     and risk.instance = own.instance
     and risk.remote_workspace = own.remote_workspace
     and (risk.user_id is null or risk.user_id = own.user_id)
   where own.id = $1
     and risk.service = $2
     and ($3::text is null or risk.action is null or risk.action = $3)
     and risk.expires_at > $4
     and risk.ended_at is null
   limit 1`,
);
