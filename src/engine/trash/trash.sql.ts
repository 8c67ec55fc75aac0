// Every SQL statement of the trash, and the delete that features fill it with.
import { statement } from '../../store/index.ts';

export type TrashKind = 'script' | 'flow' | 'app' | 'variable' | 'resource';

/**
 * A delete of the rows of a path ($1: workspace, $2: path) that keeps them: $3 says who, $4 when.
 * It counts 1, or 0 when there was nothing. `newest` orders the rows of an item that has several,
 * `versions` is a column of what goes with them.
 */
export const deleteKept = (
  kind: TrashKind,
  { newest = 'path', versions = 'null::json' }: { newest?: string; versions?: string } = {},
): string =>
  `with gone as (
     delete from engine_${kind}
     where workspace = $1
       and path = $2
     returning *
   )
   insert into engine_trash (
     workspace, kind, path, extra_perms, deleted_by, deleted_at, rows, versions)
   select $1, '${kind}', $2, (array_agg(gone.extra_perms order by gone.${newest}))[1], $3, $4,
     json_agg(row_to_json(gone)), ${versions}
   from gone
   having count(*) > 0`;

const columns = `
     id, workspace as "workspaceId", kind, path, extra_perms as "extraPerms",
     deleted_by as "deletedBy", deleted_at as "deletedAt"`;

/** A page of what the caller could read ($2 to $4: `readableBy`). Uses engine_trash_newest. */
export const selectTrash = statement(
  'trash.list',
  `select ${columns}
   from engine_trash
   where workspace = $1
     and ($2 or owner = any ($3) or extra_perms ?| $4)
     and ($5::text is null or kind = $5)
   order by deleted_at desc, id desc
   limit $6 offset $7`,
);

export const selectTrashed = statement(
  'trash.get',
  `select ${columns}, rows, versions
   from engine_trash
   where id = $1
     and workspace = $2`,
);

/** Held, so that two people cannot restore one item. */
export const holdTrashed = statement(
  'trash.hold',
  `select ${columns}
   from engine_trash
   where id = $1
     and workspace = $2
   for update`,
);

/** See the migration. */
export const restoreTrashed = statement('trash.restore', `select engine_restore($1)`);

export const deleteTrashed = statement(
  'trash.delete',
  `delete from engine_trash
   where id = $1
     and workspace = $2`,
);

export const emptyTrash = statement(
  'trash.empty',
  `delete from engine_trash
   where workspace = $1`,
);

/** In small batches. Uses engine_trash_expiry. */
export const pruneTrash = statement(
  'trash.prune',
  `delete from engine_trash
   where id = any (array(
     select id
     from engine_trash
     where deleted_at < $1
     order by deleted_at
     limit 100
   ))`,
);
