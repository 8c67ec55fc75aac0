// Every SQL statement of gates.
import { statement } from '../../store/index.ts';

export const selectGates = statement(
  'gateway_gate.list',
  `select service, action, reason, enabled_by as "enabledBy", enabled_at as "enabledAt",
     expires_at as "expiresAt"
   from gateway_gate
   where workspace = $1
   order by service, action`,
);

export const upsertGate = statement(
  'gateway_gate.enable',
  `with forgotten as (
     delete from gateway_blocked
     where workspace = $1
       and service = $2
       and action = $3
   )
   insert into gateway_gate (
     workspace, service, action, reason, enabled_by, enabled_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (workspace, service, action) do update
   set reason = excluded.reason,
       enabled_by = excluded.enabled_by,
       enabled_at = excluded.enabled_at,
       expires_at = excluded.expires_at`,
);

export const deleteGate = statement(
  'gateway_gate.disable',
  `delete from gateway_gate
   where workspace = $1
     and service = $2
     and action = $3`,
);

export const selectCategories = statement(
  'gateway_category.list',
  `select category, gate
   from gateway_category
   where workspace = $1`,
);

export const upsertCategory = statement(
  'gateway_category.set',
  `insert into gateway_category (workspace, category, gate)
   values ($1, $2, $3)
   on conflict (workspace, category) do update
   set gate = excluded.gate`,
);

export const upsertBlocked = statement(
  'gateway_blocked.note',
  `insert into gateway_blocked (workspace, service, action, user_id, username, last_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace, service, action, user_id) do update
   set times = gateway_blocked.times + 1,
       username = excluded.username,
       last_at = excluded.last_at`,
);

/** The newest first. Uses gateway_blocked_newest. */
export const selectBlocked = statement(
  'gateway_blocked.list',
  `select service, action, username, times, last_at as "lastAt"
   from gateway_blocked
   where workspace = $1
   order by last_at desc
   limit $2`,
);
