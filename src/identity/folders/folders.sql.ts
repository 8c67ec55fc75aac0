// Every SQL statement of folders. A workspace has few of them, so its rows are read whole.
import { statement } from '../../store/index.ts';

const columns = `
     name, display_name as "displayName", summary, owners, extra_perms as "extraPerms",
     default_permissioned_as as "defaultPermissionedAs", created_by as "createdBy",
     edited_at as "editedAt"`;

/** 0 rows: the name is taken. */
export const insertFolder = statement(
  'folder.insert',
  `insert into identity_folder (
     workspace, name, display_name, summary, owners, extra_perms, default_permissioned_as,
     created_by, edited_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (workspace, name) do nothing`,
);

export const selectFolder = statement(
  'folder.get',
  `select ${columns}
   from identity_folder
   where workspace = $1
     and name = $2`,
);

/** The folders that a caller may read ($2: all, $3: owners of `readableBy`), by name. */
export const selectFolders = statement(
  'folder.list',
  `select ${columns}
   from identity_folder
   where workspace = $1
     and ($2 or 'f/' || name = any ($3))
   order by name
   limit $4 offset $5`,
);

export const selectFolderNames = statement(
  'folder.names',
  `select name
   from identity_folder
   where workspace = $1
     and ($2 or 'f/' || name = any ($3))
   order by name`,
);

/** What is null stays as it is. */
export const updateFolder = statement(
  'folder.update',
  `update identity_folder
   set display_name = coalesce($3, display_name),
     summary = coalesce($4, summary),
     owners = coalesce($5, owners),
     extra_perms = coalesce($6, extra_perms),
     default_permissioned_as = coalesce($7, default_permissioned_as),
     edited_at = $8
   where workspace = $1
     and name = $2`,
);

/** Owners write as well, whatever was granted before. */
export const addFolderOwner = statement(
  'folder.add_owner',
  `update identity_folder
   set owners = array_append(array_remove(owners, $3), $3),
     extra_perms = extra_perms || jsonb_build_object($3::text, true),
     edited_at = $4
   where workspace = $1
     and name = $2`,
);

/** $4 is what stays: true to write, false to read, null for nothing. */
export const removeFolderOwner = statement(
  'folder.remove_owner',
  `update identity_folder
   set owners = array_remove(owners, $3),
     extra_perms = case
       when $4::boolean is null then extra_perms - $3
       else extra_perms || jsonb_build_object($3::text, $4::boolean)
     end,
     edited_at = $5
   where workspace = $1
     and name = $2`,
);

/** The same $4. Who owned the folder and may no longer write does not own it either. */
export const shareFolder = statement(
  'folder.share',
  `update identity_folder
   set owners = case when $4::boolean then owners else array_remove(owners, $3) end,
     extra_perms = case
       when $4::boolean is null then extra_perms - $3
       else extra_perms || jsonb_build_object($3::text, $4::boolean)
     end,
     edited_at = $5
   where workspace = $1
     and name = $2`,
);

export const deleteFolder = statement(
  'folder.delete',
  `delete from identity_folder
   where workspace = $1
     and name = $2`,
);
