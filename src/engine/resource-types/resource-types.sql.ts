// Every SQL statement of resource types; a workspace has a few hundred at most.
import { statement } from '../../store/index.ts';

const columns = `
     name, workspace as "workspaceId", schema, description, display_name as "displayName",
     format_extension as "formatExtension", is_fileset as "isFileset", created_by as "createdBy",
     edited_at as "editedAt"`;

/** Those of the workspace, and those of `admins`, which are for everybody. */
export const selectTypes = statement(
  'resource_type.list',
  `select ${columns}
   from engine_resource_type
   where workspace = any (array[$1, 'admins'])
   order by name`,
);

export const insertType = statement(
  'resource_type.insert',
  `insert into engine_resource_type (
     workspace, name, schema, description, display_name, format_extension, is_fileset, created_by,
     edited_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict do nothing`,
);

export const updateType = statement(
  'resource_type.update',
  `update engine_resource_type
   set schema = coalesce($3, schema),
       description = coalesce($4, description),
       display_name = coalesce($5, display_name),
       is_fileset = coalesce($6, is_fileset),
       edited_at = $7
   where workspace = $1
     and name = $2`,
);

export const deleteType = statement(
  'resource_type.delete',
  `delete from engine_resource_type
   where workspace = $1
     and name = $2`,
);
