// Every SQL statement of apps. An app's row names its head version; of a version only its message
// ever changes.
import { statement } from '../../store/index.ts';
import { deleteKept } from '../trash/index.ts';
import { starredBy } from '../favorites/index.ts';

const rowColumns = `
     app.id, app.workspace as "workspaceId", app.path, app.summary, version.version,
     version.raw_app as "rawApp", app.policy ->> 'execution_mode' as "executionMode",
     app.extra_perms as "extraPerms", app.labels, app.edited_by as "editedBy",
     app.edited_at as "editedAt"`;

const appColumns = `${rowColumns}, version.value, app.policy, app.custom_path as "customPath",
     array(
       select newest.version
       from (
         select each.version
         from engine_app_version as each
         where each.app = app.id
         order by each.version desc
         limit 1000
       ) as newest
       order by newest.version
     ) as versions, version.created_by as "createdBy", version.created_at as "createdAt",
     case when version.raw_app then version.bundle_secret end as "bundleSecret"`;

const ofHead = `
   from engine_app as app
   join engine_app_version as version on version.version = app.version`;

/** Uses engine_app_path. */
export const selectApp = statement(
  'app.get',
  `select ${appColumns} ${ofHead}
   where app.workspace = $1
     and app.path = $2`,
);

export const selectAppVersion = statement(
  'app.get_version',
  `select ${appColumns}
   from engine_app_version as version
   join engine_app as app on app.id = version.app
   where app.workspace = $1
     and version.version = $2`,
);

/** Uses engine_app_secret. */
export const selectBySecret = statement(
  'app.get_by_secret',
  `select ${appColumns} ${ofHead}
   where app.workspace = $1
     and app.public_secret = $2`,
);

/** In any workspace. Uses engine_app_custom_path. */
export const selectByCustomPath = statement(
  'app.get_by_custom_path',
  `select ${appColumns} ${ofHead}
   where app.custom_path = $1`,
);

/** What writing and running need of the head. */
export const selectHead = statement(
  'app.head',
  `select app.id, app.path, app.summary, app.policy, app.policy_scopes as "policyScopes",
     app.version, app.extra_perms as "extraPerms", app.labels, app.custom_path as "customPath",
     app.public_secret as "publicSecret", version.raw_app as "rawApp", version.runnables,
     version.bundle_secret as "bundleSecret" ${ofHead}
   where app.workspace = $1
     and app.path = $2`,
);

export const selectAppValue = statement(
  'app.value',
  `select version.value ${ofHead}
   where app.workspace = $1
     and app.path = $2`,
);

export const selectAppPerms = statement(
  'app.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_app
   where workspace = $1
     and path = $2`,
);

export const insertAppVersion = statement(
  'app.insert_version',
  `insert into engine_app_version (
     app, raw_app, value, runnables, js, css, bundle_secret, deployment_msg, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
   returning version`,
);

/** The id of an app that is about to be; its version is made before its row. */
export const nextAppId = statement(
  'app.next_id',
  `select nextval(pg_get_serial_sequence('engine_app', 'id'))::bigint as id`,
);

/** 0 rows mean that the path is taken. */
export const insertApp = statement(
  'app.insert',
  `insert into engine_app (
     id, workspace, path, summary, policy, policy_scopes, version, extra_perms, labels,
     custom_path, public_secret, edited_by, edited_at)
   overriding system value
   values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::jsonb, '{}'), $9, $10, $11, $12, $13)
   on conflict (workspace, path) do nothing`,
);

/**
 * $2 is the version that the writer saw as the head: 0 rows mean that somebody was faster. What is
 * null stays as it is; $11 says whether $10, the custom path, is meant.
 */
export const updateApp = statement(
  'app.update',
  `update engine_app
   set path = $3,
       summary = coalesce($4, summary),
       policy_scopes = case when $5::json is null then policy_scopes else $6 end,
       policy = coalesce($5::json, policy),
       version = coalesce($7, version),
       extra_perms = coalesce($8::jsonb, extra_perms),
       labels = coalesce($9, labels),
       custom_path = case when $11 then $10 else custom_path end,
       edited_by = $12,
       edited_at = $13
   where id = $1
     and version = $2`,
);

/** Its versions go with it, into the trash. */
export const deleteApp = statement(
  'app.delete',
  deleteKept('app', {
    versions: `(
       select json_agg(row_to_json(each))
       from engine_app_version as each
       where each.app in (select id from gone))`,
  }),
);

/** Uses engine_app_version_app. */
export const selectAppHistory = statement(
  'app.history',
  `select version.version, version.created_at as "createdAt", version.created_by as "createdBy",
     version.deployment_msg as "deploymentMsg"
   from engine_app_version as version
   join engine_app as app on app.id = version.app
   where app.workspace = $1
     and app.path = $2
   order by version.version desc
   limit $3 offset $4`,
);

/** A page of the apps that the viewer ($12) may read, newest first unless $10 is false. */
export const selectApps = statement(
  'app.list',
  `select ${rowColumns}, ${starredBy('app', 'app', '$12')} as starred ${ofHead}
   where app.workspace = $1
     and ($2 or app.owner = any ($3) or app.extra_perms ?| $4)
     and ($5::text is null or app.edited_by = $5)
     and ($6::text is null or starts_with(app.path, $6))
     and ($7::text is null or app.path = $7)
     and ($8::text is null or $8 = any (app.labels))
     and (not $13 or ${starredBy('app', 'app', '$12')})
     and ($14::text[] is null or app.path like any ($14))
   order by
     case when $10 then app.edited_at end desc,
     case when not $10 then app.edited_at end asc,
     app.path
   limit $9 offset $11`,
);

/** Whole values, for a search in the browser; newest first. */
export const selectAppValues = statement(
  'app.values',
  `select app.path, version.value ${ofHead}
   where app.workspace = $1
     and ($2 or app.owner = any ($3) or app.extra_perms ?| $4)
   order by app.edited_at desc
   limit $5`,
);

export const customPathTaken = statement(
  'app.custom_path_taken',
  `select exists (
     select 1
     from engine_app
     where custom_path = $1
   ) as taken`,
);

/** Uses engine_app_version_secret. */
export const selectBundleFile = statement(
  'app.bundle',
  `select version.js, version.css
   from engine_app_version as version
   join engine_app as app on app.id = version.app
   where app.workspace = $1
     and version.bundle_secret = $2`,
);

/** Of a job that an app started: which app, and for whom. */
export const selectComponentJob = statement(
  'app.component_job',
  `select trigger_path as "triggerPath", end_user as "endUser"
   from engine_job
   where id = $1
     and workspace = $2
     and trigger_kind = 'app'`,
);

/** Uses engine_app_newest; what the heads of the apps run is read from their rows. */
export const selectAppsThatRun = statement(
  'app.that_run',
  `select app.path ${ofHead}
   where app.workspace = $1
     and ($2 or app.owner = any ($3) or app.extra_perms ?| $4)
     and exists (
       select 1
       from json_each(version.runnables) as each
       where each.value ->> 'kind' = $5
         and each.value ->> 'path' = $6
     )
   order by app.path
   limit 1000`,
);

/** The primary keys of both. */
export const selectAppOfVersion = statement(
  'app.of_version',
  `select app.path, app.extra_perms as "extraPerms"
   from engine_app as app
   join engine_app_version as version on version.app = app.id
   where app.workspace = $1
     and app.id = $2
     and version.version = $3`,
);

export const updateVersionMessage = statement(
  'app.update_message',
  `update engine_app_version
   set deployment_msg = $2
   where version = $1`,
);
