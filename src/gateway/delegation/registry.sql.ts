// The SQL of what admins set up: the switch, other servers, and who may ask for them.
import { statement } from '../../store/index.ts';

export const selectSwitch = statement(
  'delegation.switch',
  `select enabled, approve_reads as "approveReads", changed_by as "changedBy",
     changed_at as "changedAt"
   from gateway_delegation
   where workspace = $1`,
);

export const selectAnySwitch = statement(
  'delegation.any',
  `select exists (
     select 1
     from gateway_delegation
     where enabled
   ) as "isOn"`,
);

export const upsertSwitch = statement(
  'delegation.set',
  `insert into gateway_delegation (workspace, enabled, approve_reads, changed_by, changed_at)
   values ($1, $2, $3, $4, $5)
   on conflict (workspace) do update
   set enabled = excluded.enabled,
       approve_reads = excluded.approve_reads,
       changed_by = excluded.changed_by,
       changed_at = excluded.changed_at`,
);

const instanceColumns = `id, name, address, remote_workspace as "remoteWorkspace",
     created_by as "createdBy", created_at as "createdAt"`;

export const selectInstances = statement(
  'gateway_instance.list',
  `select ${instanceColumns}
   from gateway_instance
   where workspace = $1
   order by id
   limit 1000`,
);

export const selectInstance = statement(
  'gateway_instance.get',
  `select ${instanceColumns}
   from gateway_instance
   where workspace = $1
     and id = $2`,
);

export const insertInstance = statement(
  'gateway_instance.insert',
  `insert into gateway_instance (
     workspace, id, name, address, remote_workspace, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict do nothing`,
);

/** Its clients go with it; grants stay to be read, and allow nothing. */
export const deleteInstance = statement(
  'gateway_instance.delete',
  `with gone as (
     delete from gateway_instance
     where workspace = $1
       and id = $2
     returning workspace, id
   ), clients as (
     delete from gateway_client
     using gone
     where gateway_client.workspace = gone.workspace
       and gateway_client.instance = gone.id
   )
   select id
   from gone`,
);

const clientColumns = `id, instance, name, secret_hash is not null as "hasSecret",
     created_by as "createdBy", created_at as "createdAt", used_at as "usedAt"`;

export const selectClients = statement(
  'gateway_client.list',
  `select ${clientColumns}
   from gateway_client
   where workspace = $1
   order by created_at desc
   limit $2 offset $3`,
);

/** For proof: by primary key. */
export const selectClient = statement(
  'gateway_client.get',
  `select id, workspace, instance, secret_hash as "secretHash", public_key as "publicKey"
   from gateway_client
   where id = $1`,
);

export const insertClient = statement(
  'gateway_client.insert',
  `insert into gateway_client (
     id, workspace, instance, name, secret_hash, public_key, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export const deleteClient = statement(
  'gateway_client.delete',
  `delete from gateway_client
   where workspace = $1
     and id = $2`,
);

export const touchClient = statement(
  'gateway_client.touch',
  `update gateway_client
   set used_at = $2
   where id = $1`,
);
