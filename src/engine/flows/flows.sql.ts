// Every SQL statement of deployed flows. A path's row names its head version; versions stay.
import { statement } from '../../store/index.ts';
import { deleteKept } from '../trash/index.ts';
import { starredBy } from '../favorites/index.ts';
import { onBehalfColumns } from '../scripts/index.ts';

const flowColumns = `
     flow.workspace as "workspaceId", flow.path, version.summary, version.description,
     flow.edited_by as "editedBy", flow.edited_at as "editedAt", flow.archived,
     flow.extra_perms as "extraPerms", version.tag, version.timeout_s as timeout, version.extra,
     flow.version as "versionId"`;

const ofHead = `
   from engine_flow as flow
   join engine_flow_version as version on version.version = flow.version`;

export const selectFlow = statement(
  'flow.get',
  `select ${flowColumns}, version.value, version.schema ${ofHead}
   where flow.workspace = $1
     and flow.path = $2`,
);

/** A fixed version, with what its path says now. */
export const selectFlowVersion = statement(
  'flow.get_version',
  `select version.workspace as "workspaceId", version.path, version.summary, version.description,
     version.created_by as "editedBy", version.created_at as "editedAt",
     coalesce(flow.archived, false) as archived,
     coalesce(flow.extra_perms, '{}') as "extraPerms", version.tag,
     version.timeout_s as timeout, version.extra, version.version as "versionId",
     version.value, version.schema
   from engine_flow_version as version
   left join engine_flow as flow
     on flow.workspace = version.workspace and flow.path = version.path
   where version.workspace = $1
     and version.version = $2`,
);

/** What a run needs of a version. */
export const selectVersion = statement(
  'flow.version',
  `select value, compiled, extra
   from engine_flow_version
   where version = $1`,
);

/** What starting the head of a path needs. */
export const selectRunnableFlow = statement(
  'flow.runnable',
  `select flow.version, flow.path, version.tag, version.value, version.compiled,
     version.extra, flow.extra_perms as "extraPerms",
     ${onBehalfColumns('version.extra')} ${ofHead}
   where flow.workspace = $1
     and flow.path = $2
     and not flow.archived`,
);

export const insertVersion = statement(
  'flow.insert_version',
  `insert into engine_flow_version (
     workspace, path, summary, description, value, compiled, schema, tag, timeout_s, extra,
     deployment_msg, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
   returning version`,
);

/** A new path, or one that was archived; 0 rows mean that it is taken. */
export const insertFlow = statement(
  'flow.insert',
  `insert into engine_flow (workspace, path, version, extra_perms, edited_by, edited_at)
   values ($1, $2, $3, coalesce($4::jsonb, '{}'), $5, $6)
   on conflict (workspace, path) do update
   set version = excluded.version,
       archived = false,
       edited_by = excluded.edited_by,
       edited_at = excluded.edited_at
   where engine_flow.archived`,
);

/** $2 is the path as it was, $7 as it is from now on. */
export const updateFlow = statement(
  'flow.update',
  `update engine_flow
   set version = $3,
       extra_perms = coalesce($4::jsonb, extra_perms),
       edited_by = $5,
       edited_at = $6,
       path = $7,
       archived = false
   where workspace = $1
     and path = $2`,
);

export const archiveFlow = statement(
  'flow.archive',
  `update engine_flow
   set archived = $3
   where workspace = $1
     and path = $2`,
);

/** Versions stay: jobs still point at them. */
export const deleteFlow = statement('flow.delete', deleteKept('flow'));

export const selectFlowHistory = statement(
  'flow.history',
  `select version as id, created_at as "createdAt", created_by as "createdBy",
     deployment_msg as "deploymentMsg"
   from engine_flow_version
   where workspace = $1
     and path = $2
   order by version desc
   limit 1000`,
);

/** By primary key. */
export const describeVersion = statement(
  'flow.describe_version',
  `update engine_flow_version
   set deployment_msg = $3
   where version = $2
     and workspace = $1`,
);

/** Runs look at the setting in the version that they run; later ones take it over or say it. */
export const muteErrorHandler = statement(
  'flow.mute_error_handler',
  `update engine_flow_version
   set extra = (extra::jsonb || jsonb_build_object('ws_error_handler_muted', $3::boolean))::json
   where version = (
     select version
     from engine_flow
     where workspace = $1
       and path = $2)`,
);

export const selectFlowPerms = statement(
  'flow.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_flow
   where workspace = $1
     and path = $2`,
);

/** A page of the flows that the viewer ($12) may read, newest first unless $11 is false. */
export const selectFlows = statement(
  'flow.list',
  `select ${flowColumns}, ${starredBy('flow', 'flow', '$12')} as starred ${ofHead}
   where flow.workspace = $1
     and ($2 or flow.owner = any ($3) or flow.extra_perms ?| $4)
     and flow.archived = $5
     and ($6::text is null or flow.edited_by = $6)
     and ($7::text is null or starts_with(flow.path, $7))
     and ($8::text is null or flow.path = $8)
     and (not $13 or ${starredBy('flow', 'flow', '$12')})
     and ($14::text[] is null or flow.path like any ($14))
   order by
     case when $11 then flow.edited_at end desc,
     case when not $11 then flow.edited_at end asc,
     flow.path
   limit $9 offset $10`,
);

/** The flows that a caller may run as tools; see `script.tools`. */
export const selectFlowTools = statement(
  'flow.tools',
  `select 'flow' as kind, flow.path, version.summary, version.description, version.schema,
     flow.version::text as hash,
     version.value -> 'preprocessor_module' is not null as "hasPreprocessor" ${ofHead}
   where flow.workspace = $1
     and not flow.archived
     and ($2 or flow.owner = any ($3) or flow.extra_perms ?| $4)
   order by flow.path`,
);

/** The newest flows that the caller may read ($2 to $4: `readableBy`), with their values. */
export const selectFlowValues = statement(
  'flow.values',
  `select flow.path, version.value ${ofHead}
   where flow.workspace = $1
     and ($2 or flow.owner = any ($3) or flow.extra_perms ?| $4)
     and not flow.archived
   order by flow.edited_at desc
   limit $5`,
);
