// Every SQL statement of resources. All use the primary key unless they say otherwise.
import { statement } from '../../store/index.ts';
import { deleteKept } from '../trash/index.ts';

const columns = `
     workspace as "workspaceId", path, resource_type as "resourceType", description,
     is_oauth as "isOauth", extra_perms as "extraPerms", labels, created_by as "createdBy",
     edited_at as "editedAt"`;

export const selectResource = statement(
  'resource.get',
  `select ${columns}, value
   from engine_resource
   where workspace = $1
     and path = $2`,
);

/** For a change: held until the transaction ends. */
export const holdResource = statement(
  'resource.hold',
  `select ${columns}, value
   from engine_resource
   where workspace = $1
     and path = $2
   for update`,
);

/** What resolving a reference needs; the length bounds what one resolution may load. */
export const selectResourceValue = statement(
  'resource.value',
  `select value, extra_perms as "extraPerms", octet_length(value::text) as "sizeBytes"
   from engine_resource
   where workspace = $1
     and path = $2`,
);

export const selectEditor = statement(
  'resource.editor',
  `select edited_by as "editedBy"
   from engine_resource
   where workspace = $1
     and path = $2`,
);

export const selectResourcePerms = statement(
  'resource.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_resource
   where workspace = $1
     and path = $2`,
);

/** 0 rows mean that there is one and $10 does not allow to replace it. */
export const insertResource = statement(
  'resource.insert',
  `insert into engine_resource (
     workspace, path, resource_type, value, description, extra_perms, labels, created_by,
     created_at, edited_by, edited_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $9)
   on conflict (workspace, path) do update
   set resource_type = excluded.resource_type,
       value = excluded.value,
       description = excluded.description,
       labels = excluded.labels,
       edited_by = excluded.edited_by,
       edited_at = excluded.edited_at
   where $10`,
);

export const updateResource = statement(
  'resource.update',
  `update engine_resource
   set path = $3,
       resource_type = $4,
       value = $5,
       description = $6,
       extra_perms = $7,
       labels = $8,
       edited_by = $9,
       edited_at = $10
   where workspace = $1
     and path = $2`,
);

export const updateResourceValue = statement(
  'resource.update_value',
  `update engine_resource
   set value = $3,
       edited_by = $4,
       edited_at = $5
   where workspace = $1
     and path = $2`,
);

export const deleteResource = statement('resource.delete', deleteKept('resource'));

/**
 * A page of what the caller may read ($2 to $4: `readableBy`, $14: `pathsWithin`). Null filters do
 * not apply.
 */
export const selectResources = statement(
  'resource.list',
  `select ${columns}
   from engine_resource
   where workspace = $1
     and ($2 or owner = any ($3) or extra_perms ?| $4)
     and ($5::text[] is null or resource_type = any ($5))
     and ($6::text[] is null or resource_type <> all ($6))
     and ($7::text is null or starts_with(path, $7))
     and ($8::text is null or path = $8)
     and ($9::text is null or strpos(lower(description), lower($9)) > 0)
     and ($10::text is null or $10 = any (labels))
     and ($11::jsonb is null or value::jsonb @> $11)
     and ($14::text[] is null or path like any ($14))
   order by path
   limit $12 offset $13`,
);

/** For tools: the first $5 of each type that the caller may read, and how many there are. */
export const selectChoices = statement(
  'resource.choices',
  `select path, "resourceType", description, count
   from (
     select path, resource_type as "resourceType", description,
       row_number() over (partition by resource_type order by path) as place,
       count(*) over (partition by resource_type) as count
     from engine_resource
     where workspace = $1
       and ($2 or owner = any ($3) or extra_perms ?| $4)
       and resource_type <> all (array['state', 'cache', 'app_theme'])
   ) as readable
   where place <= $5
   order by "resourceType", path`,
);
