// Every SQL statement of the services of a workspace.
import { statement } from '../../store/index.ts';

export const selectServices = statement(
  'gateway_service.list',
  `select name, base_url as "baseUrl", is_off as "isOff", updated_by as "updatedBy",
     updated_at as "updatedAt"
   from gateway_service
   where workspace = $1
   order by name`,
);

export const upsertService = statement(
  'gateway_service.set',
  `insert into gateway_service (workspace, name, base_url, updated_by, updated_at, is_off)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace, name) do update
   set base_url = excluded.base_url,
       is_off = excluded.is_off,
       updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
);

export const deleteService = statement(
  'gateway_service.remove',
  `delete from gateway_service
   where workspace = $1
     and name = $2`,
);

export const selectSettings = statement(
  'gateway_settings.get',
  `select read_only as "readOnly"
   from gateway_settings
   where workspace = $1`,
);

export const upsertReadOnly = statement(
  'gateway_settings.read_only',
  `insert into gateway_settings (workspace, read_only)
   values ($1, $2)
   on conflict (workspace) do update
   set read_only = excluded.read_only`,
);

export const selectAccess = statement(
  'gateway_access.list',
  `select service, readers, writers
   from gateway_access
   where workspace = $1`,
);

export const upsertAccess = statement(
  'gateway_access.set',
  `insert into gateway_access (workspace, service, readers, writers, set_by, set_at)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace, service) do update
   set readers = excluded.readers,
       writers = excluded.writers,
       set_by = excluded.set_by,
       set_at = excluded.set_at`,
);
