// Every SQL statement of extensions.
import { statement } from '../../store/index.ts';

export const selectExtensions = statement(
  'gateway_extension.list',
  `select name, source, updated_by as "updatedBy", updated_at as "updatedAt"
   from gateway_extension
   where workspace = $1
   order by name`,
);

export const upsertExtension = statement(
  'gateway_extension.set',
  `insert into gateway_extension (workspace, name, source, updated_by, updated_at)
   values ($1, $2, $3, $4, $5)
   on conflict (workspace, name) do update
   set source = excluded.source,
       updated_by = excluded.updated_by,
       updated_at = excluded.updated_at`,
);

export const deleteExtension = statement(
  'gateway_extension.remove',
  `delete from gateway_extension
   where workspace = $1
     and name = $2`,
);
