// Every SQL statement of scripts, one exported statement each.
import { statement } from '../../store/index.ts';
import { deleteKept } from '../trash/index.ts';
import { starredBy } from '../favorites/index.ts';
import { onBehalfColumns } from './on-behalf.ts';

const headColumns = `
     workspace as "workspaceId", hash, path, parent_hashes as "parentHashes", summary,
     description, created_by as "createdBy", created_at as "createdAt", archived, deleted,
     is_template as "isTemplate", extra_perms as "extraPerms", null as "lockErrorLogs", language,
     kind, tag, timeout_s as timeout,
     ws_error_handler_muted as "wsErrorHandlerMuted", auto_kind as "autoKind",
     has_preprocessor as "hasPreprocessor", deployment_msg as "deploymentMsg",
     rerun_on_crash as "rerunOnCrash", isolation, extra`;
const allColumns = `${headColumns}, content, schema, lock`;

/** What a version asks for in the environment of its runs. */
export const selectEnvs = statement(
  'script.envs',
  `select extra -> 'envs' as envs
   from engine_script
   where workspace = $1
     and hash = $2`,
);

export const selectDeployment = statement(
  'script.deployment',
  `select lock, dependency_job as "jobId"
   from engine_script
   where workspace = $1
     and hash = $2`,
);

/** The head of a path; uses engine_script_head. */
export const selectHead = statement(
  'script.head',
  `select ${allColumns}
   from engine_script
   where workspace = $1
     and path = $2
     and not archived
     and not deleted`,
);

/** The newest version of a path, archived or not; uses engine_script_history. */
export const selectNewest = statement(
  'script.newest',
  `select ${allColumns}
   from engine_script
   where workspace = $1
     and path = $2
   order by created_at desc
   limit 1`,
);

export const selectByHash = statement(
  'script.by_hash',
  `select ${allColumns}
   from engine_script
   where workspace = $1
     and hash = $2`,
);

const runColumns = `
     hash, path, language, tag, timeout_s as "timeoutS", parameters, bundle_hash as "bundleHash",
     rerun_on_crash as "rerunOnCrash", isolation, extra, extra_perms as "extraPerms",
     auto_kind as "autoKind", has_preprocessor as "hasPreprocessor",
     ${onBehalfColumns('extra')}`;

/** What a run needs of the head, and nothing more: the hot query of every call. */
export const selectRunnable = statement(
  'script.runnable',
  `select ${runColumns}
   from engine_script
   where workspace = $1
     and path = $2
     and not archived
     and not deleted`,
);

/** The same for one version; archived versions stay runnable by hash. */
export const selectRunnableByHash = statement(
  'script.runnable_by_hash',
  `select ${runColumns}
   from engine_script
   where workspace = $1
     and hash = $2
     and not deleted`,
);

/** What versions take, for those who call them. Uses the primary key. */
export const selectSchemas = statement(
  'script.schemas',
  `select hash, schema
   from engine_script
   where workspace = $1
     and hash = any ($2)`,
);

export const selectExtraPerms = statement(
  'script.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_script
   where workspace = $1
     and path = $2
   order by created_at desc
   limit 1`,
);

export const selectHistory = statement(
  'script.history',
  `select hash as "scriptHash", created_at as "createdAt", created_by as "createdBy",
     deployment_msg as "deploymentMsg"
   from engine_script
   where workspace = $1
     and path = $2
     and not deleted
   order by created_at desc
   limit 1000`,
);

/**
 * The scripts that a caller may run as tools. $2: everything, $3: owners ('u/x', 'f/y') that the
 * caller may read, $4: principals. Ordered by path, so that the tool list is stable.
 */
export const selectTools = statement(
  'script.tools',
  `select 'script' as kind, path, summary, description, schema, hash,
     has_preprocessor as "hasPreprocessor"
   from engine_script
   where workspace = $1
     and not archived
     and not deleted
     and auto_kind is null
     and kind = 'script'
     and ($2 or owner = any ($3) or extra_perms ?| $4)
   order by path`,
);

/**
 * One version. A conflict on the head index (23505) means that somebody deployed on the same
 * parent first.
 */
export const insertScript = statement(
  'script.insert',
  `insert into engine_script (
     workspace, hash, path, parent_hashes, summary, description, content, language, kind, schema,
     lock, created_by, created_at, is_template, extra_perms, tag, timeout_s,
     ws_error_handler_muted, auto_kind, has_preprocessor, deployment_msg, rerun_on_crash,
     isolation, extra, parameters, bundle_hash, dependency_job)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
     $20, $21, $22, $23, $24, $25, $26, $27)`,
);

export const insertBundle = statement(
  'script.insert_bundle',
  `insert into engine_bundle (hash, code, created_at)
   values ($1, $2, $3)
   on conflict (hash) do nothing`,
);

export const selectBundle = statement(
  'script.bundle',
  `select code
   from engine_bundle
   where hash = $1`,
);

/** Archives the parent, only while it is still a head: 0 rows mean that somebody was faster. */
export const archiveHead = statement(
  'script.archive_head',
  `update engine_script
   set archived = true
   where workspace = $1
     and hash = $2
     and not archived
     and not deleted`,
);

export const archivePath = statement(
  'script.archive_path',
  `update engine_script
   set archived = true
   where workspace = $1
     and path = $2
     and not archived
     and not deleted`,
);

/** Of one version; who may change its path is asked before. */
export const setDeploymentMessage = statement(
  'script.set_deployment_message',
  `update engine_script
   set deployment_msg = $4
   where workspace = $1
     and path = $2
     and hash = $3
     and not deleted`,
);

export const muteHandler = statement(
  'script.mute_handler',
  `update engine_script
   set ws_error_handler_muted = $3
   where workspace = $1
     and path = $2
     and not archived
     and not deleted`,
);

export const deletePath = statement(
  'script.delete_path',
  deleteKept('script', { newest: 'created_at desc' }),
);

/** Erases the content and keeps the hash, as Windmill does: jobs still point at the version. */
export const eraseVersion = statement(
  'script.erase',
  `update engine_script
   set content = '', lock = null, schema = '{}', archived = true, deleted = true
   where workspace = $1
     and hash = $2`,
);

/**
 * A page of heads (or, with $3, the newest version of each archived path) that the caller may
 * read, newest first unless $19 is false. Null filters do not apply. $20: the viewer's account,
 * $22: `pathsWithin`.
 */
export const selectList = statement(
  'script.list',
  `select ${headColumns},
     ${starredBy('script', 'engine_script', '$20')} as starred
   from engine_script
   where workspace = $1
     and ($2 or owner = any ($4) or extra_perms ?| $5)
     and not deleted
     and archived = $3
     and (not $3 or not exists (
       select 1
       from engine_script as newer
       where newer.workspace = engine_script.workspace
         and newer.path = engine_script.path
         and newer.created_at > engine_script.created_at))
     and ($6::text is null or created_by = $6)
     and ($7::text is null or starts_with(path, $7))
     and ($8::text is null or path = $8)
     and ($9::text[] is null or kind = any ($9))
     and ($10::text[] is null or language = any ($10))
     and ($11::text is null or $11 = any (parent_hashes))
     and ($12::text is null or parent_hashes[1] = $12)
     and ($13::text is null or parent_hashes[array_length(parent_hashes, 1)] = $13)
     and ($14::boolean is null or is_template = $14)
     and ($15 or auto_kind is null)
     and (not $16 or description = '')
     and (not $21 or ${starredBy('script', 'engine_script', '$20')})
     and ($22::text[] is null or path like any ($22))
   order by
     case when $19 then created_at end desc,
     case when not $19 then created_at end asc,
     path
   limit $17 offset $18`,
);

/** The newest heads that the caller may read ($2 to $4: `readableBy`), with their code. */
export const selectContents = statement(
  'script.contents',
  `select path, content
   from engine_script
   where workspace = $1
     and ($2 or owner = any ($3) or extra_perms ?| $4)
     and not archived
     and not deleted
   order by created_at desc
   limit $5`,
);
