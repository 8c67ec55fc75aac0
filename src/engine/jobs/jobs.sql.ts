// Every SQL statement of jobs, one exported statement each. `engine_job` is one table in two
// parts: the live one (finished = false) stays small; completing a job moves its row.
import { statement } from '../../store/index.ts';
import { startedBy } from './started.sql.ts';
import { shownArgs, shownResult } from './values.sql.ts';

/**
 * An insert of rows from the JSON array in the parameter `rows`. Rows with a worker go in as
 * running: a slot of the inserting process takes them at once, which saves the claim's commit.
 * `started` ones run without a worker (flows); `finished` ones are over from the start. Those
 * with a concurrency key are held until it lets them in.
 */
export const insertRows = (rows: string): string => `insert into engine_job (
     id, finished, workspace, kind, path, hash, language, args, raw_code, bundle_hash, parameters,
     tag, created_by, permissioned_as, email, scopes, created_at, scheduled_for, parent_job,
     root_job, trigger_kind, visible_to_owner, timeout_s, rerun_on_crash, isolation, running,
     worker, attempt, started_at, token_hash, is_flow_step, flow_step_id, flow_state,
     flow_version, flow_node, flow_source, raw_flow, workflow_key, success, result,
     completed_at, duration_ms, schedule_path, flow_path, priority, concurrency_key,
     concurrency_limit, concurrency_window_s, held, debounce_key, debounce_since,
     debounce_count, cache_key, delete_after_s, trigger_path, end_user, end_user_email,
     end_user_args, shared_folder)
   select
     id, coalesce(finished, false), workspace, kind, path, hash, language, args, "rawCode",
     "bundleHash", coalesce(parameters, '{}'), tag, "createdBy", "permissionedAs", email, scopes,
     "createdAt", "scheduledFor", "parentJob", "rootJob", "triggerKind", "visibleToOwner",
     "timeoutS", "rerunOnCrash", isolation, worker is not null or coalesce(started, false),
     worker, case when worker is null then 0 else 1 end,
     case when worker is not null or started or finished then "createdAt" end, "tokenHash",
     coalesce("isFlowStep", false), "flowStepId", "flowState", "flowVersion", "flowNode",
     "flowSource", "rawFlow", "workflowKey", success, "resultJson"::json,
     case when finished then "createdAt" + coalesce("durationMs", 0) end,
     case when finished then coalesce("durationMs", 0) end,
     "schedulePath", "flowPath", coalesce(priority, 0), "concurrencyKey", "concurrencyLimit",
     "concurrencyWindowS", "concurrencyKey" is not null and worker is null
       and started is not true and finished is not true, "debounceKey", "debounceSince",
     "debounceCount", "cacheKey", "deleteAfterS", "triggerPath", "endUser", "endUserEmail",
     "endUserArgs", "sharedFolder"
   from json_to_recordset(${rows}) as row (
     id uuid, workspace text, kind text, path text, hash text, language text, args json,
     "rawCode" text, "bundleHash" text, parameters text[], tag text, "createdBy" text,
     "permissionedAs" text, email text, scopes text[], "createdAt" bigint,
     "scheduledFor" bigint, "parentJob" uuid, "rootJob" uuid, "triggerKind" text,
     "visibleToOwner" boolean, "timeoutS" integer, "rerunOnCrash" boolean, isolation text,
     worker text, "tokenHash" text, started boolean, finished boolean, success boolean,
     "resultJson" text, "isFlowStep" boolean, "flowStepId" text, "flowState" json,
     "flowVersion" bigint, "flowNode" text, "flowSource" uuid, "rawFlow" json,
     "workflowKey" text, "schedulePath" text, "flowPath" text, priority smallint,
     "durationMs" bigint, "concurrencyKey" text, "concurrencyLimit" integer,
     "concurrencyWindowS" integer, "debounceKey" text, "debounceSince" bigint,
     "debounceCount" integer, "cacheKey" text, "deleteAfterS" integer, "triggerPath" text,
     "endUser" text, "endUserEmail" text, "endUserArgs" text[], "sharedFolder" uuid)`;

export const insertJobs = statement('job.insert', insertRows('$1'));

/** See `engine_claim` in the migration. The rows come back with what the worker needs. */
export const claimJobs = statement(
  'job.claim',
  `select id, workspace, path, hash, language, args, raw_code as "rawCode",
     bundle_hash as "bundleHash", parameters, tag, created_by as "createdBy",
     permissioned_as as "permissionedAs", email, scopes, parent_job as "parentJob",
     root_job as "rootJob", timeout_s as "timeoutS", isolation, attempt,
     started_at as "startedAt", token_hash as "tokenHash", kind, is_flow_step as "isFlowStep",
     flow_step_id as "flowStepId", rounds, workflow_key as "workflowKey",
     visible_to_owner as "visibleToOwner", rerun_on_crash as "rerunOnCrash",
     scheduled_for as "scheduledFor", schedule_path as "schedulePath",
     flow_path as "flowPath", end_user as "endUser", end_user_email as "endUserEmail",
     end_user_args as "endUserArgs", shared_folder as "sharedFolder"
   from engine_claim($1, $2, $3, $4, $5)`,
);

/**
 * When the next job of these tags is due, or a key may let another job in; null when nothing
 * waits. Uses engine_job_claim and engine_concurrency_look_at.
 */
export const selectNextDue = statement(
  'job.next_due',
  `select least(
     (select min(scheduled_for)
      from engine_job_live
      where not running
        and not held
        and tag = any ($1)),
     (select min(look_at)
      from engine_concurrency_look)) as "dueAt"`,
);

/** The labels of `job` with those that `added` (JSON text of an array, or null) brings. */
export const mergedLabels = (added: string): string => `case when ${added} is null then job.labels
         else array(
           select distinct label
           from unnest(job.labels || array(select json_array_elements_text(${added}::json)))
             as label)
         end`;

/**
 * Ends runs and appends what is left of their logs, in one commit. Arrays of equal length; the
 * worker and attempt keep a worker that was taken for dead from ending a newer run.
 */
export const completeJobs = statement(
  'job.complete',
  `with ended as (
     select *
     from unnest($1::uuid[], $2::text[], $3::int[], $4::boolean[], $5::text[], $6::bigint[],
       $7::int[], $8::int[], $9::boolean[], $10::text[])
       as e (id, worker, attempt, success, result, completed_at, duration_ms, mem_peak_kb, canceled,
         labels)
   ), logged as (
     insert into engine_job_log (job_id, start, stop, content)
     select job_id, start, stop, content
     from unnest($11::uuid[], $12::int[], $13::int[], $14::text[])
       as l (job_id, start, stop, content)
     on conflict do nothing
   )
   update engine_job as job
   set finished = true,
       running = false,
       token_hash = null,
       success = ended.success,
       result = ended.result::json,
       completed_at = ended.completed_at,
       duration_ms = ended.duration_ms,
       mem_peak_kb = ended.mem_peak_kb,
       canceled = job.canceled or ended.canceled,
       labels = ${mergedLabels('ended.labels')}
   from ended
   where job.id = ended.id
     and not job.finished
     and job.running
     and job.worker = ended.worker
     and job.attempt = ended.attempt
   returning job.id`,
);

export const appendLogs = statement(
  'job.append_logs',
  `insert into engine_job_log (job_id, start, stop, content)
   select job_id, start, stop, content
   from unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) as l (job_id, start, stop, content)
   on conflict do nothing`,
);

/** The pieces that hold anything from offset $2 on. */
export const selectLogs = statement(
  'job.logs',
  `select start, stop, content
   from engine_job_log
   where job_id = $1
     and stop > $2
   order by start`,
);

/** Where a log ends; a second attempt goes on from there. */
export const selectLogEnd = statement(
  'job.log_end',
  `select coalesce(max(stop), 0) as stop
   from engine_job_log
   where job_id = $1`,
);

/** A workflow that waits for its tasks is due at the end of time, which tells nobody anything. */
export const shownDueAt = `case when finished or waits_for = 'tasks' and not running then null
       else scheduled_for end as "scheduledFor"`;

export const jobColumns = `
     case when finished then 'CompletedJob' else 'QueuedJob' end as type,
     workspace as "workspaceId", id, parent_job as "parentJob", root_job as "rootJob",
     created_by as "createdBy", created_at as "createdAt", started_at as "startedAt",
     path as "scriptPath", hash as "scriptHash", kind as "jobKind", language,
     permissioned_as as "permissionedAs", email, tag, priority,
     visible_to_owner as "visibleToOwner", trigger_kind as "triggerKind",
     schedule_path as "schedulePath", worker, mem_peak_kb as "memPeak",
     canceled, canceled_by as "canceledBy",
     canceled_reason as "canceledReason", is_flow_step as "isFlowStep",
     case when finished then null else running end as running,
     ${shownDueAt},
     suspend, null::bigint as "lastPing", completed_at as "completedAt",
     duration_ms as "durationMs", success,
     case when finished then is_skipped end as "isSkipped", deleted, labels,
     resolved_by as "resolvedBy", resolved_at as "resolvedAt",
     resolution_note as "resolutionNote"`;

/** A flow's status with the values that its steps have shared. */
export const flowStatus = `case when user_states is null or flow_state is null
       then flow_state -> 'status'
       else ((flow_state -> 'status')::jsonb
         || jsonb_build_object('user_states', user_states))::json
     end as "flowStatus"`;

/** Both parts are probed by their primary key. */
export const selectJob = statement(
  'job.get',
  `select ${jobColumns}, progress, ${shownArgs(2_000_000)}, ${shownResult}, raw_code as "rawCode",
     ${flowStatus}, raw_flow -> 'value' as "rawFlow",
     flow_step_id as "flowStepId"
   from engine_job
   where id = $1
     and workspace = $2`,
);

/** The hot read of waiters: state and result, nothing else. */
export const selectOutcome = statement(
  'job.outcome',
  `select finished, success, result, path, running, flow_state -> 'early' as early
   from engine_job
   where id = $1
     and workspace = $2`,
);

/** What decides who may see a job. */
export const selectVisibility = statement(
  'job.visibility',
  `select case when ${startedBy('created_by')} then created_by end as "createdBy",
     permissioned_as as "permissionedAs", path, visible_to_owner as "visibleToOwner",
     finished, running, worker, mem_peak_kb as "memPeak", root_job as "rootJob", progress,
     ${flowStatus}, kind, case when is_flow_step then parent_job end as flow,
     not finished and not running and waits_for is not null as "waitsAsWorkflow"
   from engine_job
   where id = $1
     and workspace = $2`,
);

/** What a re-run needs of a finished or live job. */
export const selectForRerun = statement(
  'job.rerun',
  `select kind, path, hash, language, args, raw_code as "rawCode",
     bundle_hash as "bundleHash", parameters, timeout_s as "timeoutS",
     case when shared_folder is null then tag else coalesce(language, tag) end as tag,
     rerun_on_crash as "rerunOnCrash", isolation, flow_version as "flowVersion",
     raw_flow as "rawFlow", workflow_key as "workflowKey"
   from engine_job
   where id = $1
     and workspace = $2`,
);

/** Makes a job that waits for its time due now; no row: it runs or is over. */
export const bringForward = statement(
  'job.bring_forward',
  `update engine_job_live
   set scheduled_for = least(scheduled_for, $3::bigint)
   where id = $1
     and workspace = $2
     and not running
   returning tag`,
);

/** Ends a job that no worker has taken; 0 rows mean that it runs or is over. */
export const cancelQueued = statement(
  'job.cancel_queued',
  `update engine_job
   set finished = true,
       success = false,
       canceled = true,
       canceled_by = $3,
       canceled_reason = $4,
       completed_at = $5,
       duration_ms = 0,
       result = $6
   where id = $1
     and workspace = $2
     and not finished
     and not running
   returning id`,
);

/** Marks a running job; its worker is told and ends it. */
export const cancelRunning = statement(
  'job.cancel_running',
  `update engine_job
   set canceled = true,
       canceled_by = $3,
       canceled_reason = $4
   where id = $1
     and workspace = $2
     and not finished
     and running
   returning worker`,
);

/** Ends a job whatever its worker does. */
export const forceCancel = statement(
  'job.force_cancel',
  `update engine_job
   set finished = true,
       running = false,
       token_hash = null,
       success = false,
       canceled = true,
       canceled_by = $3,
       canceled_reason = $4,
       completed_at = $5,
       duration_ms = greatest(0, $5 - coalesce(started_at, $5)),
       result = $6
   where id = $1
     and workspace = $2
     and not finished
   returning id`,
);

/** The live job of a token; the hash is compared by the caller in constant time. */
export const selectTokenJob = statement(
  'job.token',
  `select workspace, permissioned_as as "permissionedAs", created_by as "createdBy", scopes,
     token_hash as "tokenHash"
   from engine_job
   where id = $1
     and not finished
     and running`,
);

export const countLive = statement(
  'job.count_live',
  `select count(*) as count, count(*) filter (where suspend > 0)::int as suspended
   from engine_job_live
   where workspace = $1
     and ($2::text[] is null or tag = any ($2))`,
);

export const countDone = statement(
  'job.count_done',
  `select count(*) as count
   from engine_job_done
   where workspace = $1
     and ($2::text[] is null or tag = any ($2))`,
);

/** How many waiting jobs are due before $2. */
export const countBefore = statement(
  'job.count_before',
  `select count(*) as count
   from engine_job_live
   where workspace = $1
     and not running
     and scheduled_for < $2`,
);

/**
 * Gives the running jobs of dead workers ($1) back to the queue, where the script allows it and
 * fewer than $2 attempts were made.
 */
export const requeueOrphans = statement(
  'job.requeue_orphans',
  `update engine_job_live
   set running = false,
       worker = null,
       token_hash = null,
       started_at = null
   where running
     and not canceled
     and rerun_on_crash
     and attempt - rounds < $2
     and worker = any ($1)
   returning id, tag`,
);

/** The rest of the dead workers' jobs fail, or end as canceled where that was asked for. */
export const failOrphans = statement(
  'job.fail_orphans',
  `update engine_job
   set finished = true,
       running = false,
       token_hash = null,
       success = false,
       completed_at = $2,
       duration_ms = greatest(0, $2 - coalesce(started_at, $2)),
       result = case when canceled then $3::json else $4::json end
   where not finished
     and running
     and worker = any ($1)
   returning id, case when is_flow_step then parent_job end as flow`,
);

/** Running jobs whose worker has no row at all (it was removed while they ran). */
export const selectLostWorkers = statement(
  'job.lost_workers',
  `select distinct live.worker
   from engine_job_live as live
   where live.running
     and live.worker is not null
     and not exists (
       select 1
       from engine_worker
       where engine_worker.worker = live.worker)`,
);

/** What the preprocessor of a running job made of its event; another attempt begins with it. */
export const replaceArgs = statement(
  'job.replace_args',
  `update engine_job_live
   set args = $4
   where id = $1
     and worker = $2
     and attempt = $3`,
);
