// Every SQL statement of hooks. $2 is the person whose hooks they are, null for the company's.
import { statement } from '../../store/index.ts';

const columns = `
     id, name, version, source, purpose, enabled, secret, updated_by as "updatedBy",
     updated_at as "updatedAt"`;

/** Uses gateway_hook_name. */
export const selectHooks = statement(
  'gateway_hook.list',
  `select ${columns}
   from gateway_hook
   where workspace = $1
     and user_id is not distinct from $2
   order by name`,
);

/** Uses gateway_hook_name. */
export const selectHook = statement(
  'gateway_hook.get',
  `select ${columns}
   from gateway_hook
   where workspace = $1
     and user_id is not distinct from $2
     and name = $3`,
);

/** Held against others who change it; uses gateway_hook_name. */
export const takeHook = statement('gateway_hook.take', `${selectHook.text} for update`);

/** One at a time adds to the hooks of one owner, so that the count holds. */
export const lockHooks = statement(
  'gateway_hook.lock',
  `select pg_advisory_xact_lock(hashtextextended('gateway_hook ' || $1 || ' ' || $2, 0))`,
);

/** Uses gateway_hook_name. */
export const countHooks = statement(
  'gateway_hook.count',
  `select count(*)::integer as count
   from gateway_hook
   where workspace = $1
     and user_id is not distinct from $2`,
);

/** Nothing where the name is taken. */
export const insertHook = statement(
  'gateway_hook.insert',
  `insert into gateway_hook (
     id, workspace, user_id, name, version, source, purpose, enabled, secret, updated_by,
     updated_at)
   values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10)
   on conflict do nothing`,
);

/** The name may change; a name that is taken is 23505. */
export const updateHook = statement(
  'gateway_hook.update',
  `update gateway_hook
   set name = $2,
       version = version + 1,
       source = $3,
       purpose = $4,
       enabled = $5,
       secret = $6,
       updated_by = $7,
       updated_at = $8
   where id = $1`,
);

export const insertVersion = statement(
  'gateway_hook.insert_version',
  `insert into gateway_hook_version (hook_id, version, source, updated_by, updated_at)
   select id, version, source, updated_by, updated_at
   from gateway_hook
   where id = $1`,
);

/** All but the last $2; uses the primary key. */
export const deleteOldVersions = statement(
  'gateway_hook.prune_versions',
  `delete from gateway_hook_version
   where hook_id = $1
     and version <= (select version from gateway_hook where id = $1) - $2`,
);

/** Newest first; uses the primary key. */
export const selectVersions = statement(
  'gateway_hook.versions',
  `select version, source, updated_by as "updatedBy", updated_at as "updatedAt"
   from gateway_hook_version
   where hook_id = $1
   order by version desc`,
);

export const setEnabled = statement(
  'gateway_hook.set_enabled',
  `update gateway_hook
   set enabled = $4,
       updated_by = $5,
       updated_at = $6
   where workspace = $1
     and user_id is not distinct from $2
     and name = $3`,
);

export const setSecret = statement(
  'gateway_hook.set_secret',
  `update gateway_hook
   set secret = $2
   where id = $1`,
);

export const deleteHook = statement(
  'gateway_hook.delete',
  `delete from gateway_hook
   where workspace = $1
     and user_id is not distinct from $2
     and name = $3`,
);

/** Uses the primary key. */
export const selectSwitches = statement(
  'gateway_hook.switches',
  `select name, enabled
   from gateway_hook_switch
   where workspace = $1`,
);

export const upsertSwitch = statement(
  'gateway_hook.switch',
  `insert into gateway_hook_switch (workspace, name, enabled, updated_by, updated_at)
   values ($1, $2, $3, $4, $5)
   on conflict (workspace, name) do update
   set enabled = excluded.enabled,
       updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
);
