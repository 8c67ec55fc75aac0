// The SQL of taking jobs out of a workspace and putting them into another one.
import { statement } from '../../store/index.ts';
import { flowStatus, jobColumns } from './jobs.sql.ts';

/** A page of the jobs that are over ($2), or of the others; walks engine_job_newest. */
export const selectWholeJobs = statement(
  'job.export',
  `select ${jobColumns}, args, result, raw_code as "rawCode", ${flowStatus},
     flow_step_id as "flowStepId", raw_flow -> 'value' as "rawFlow",
     (select string_agg(content, '' order by start)
      from engine_job_log
      where job_id = engine_job.id) as logs
   from engine_job
   where workspace = $1
     and finished = $2
   order by created_at desc, id desc
   limit $3
   offset $4`,
);

/** Stores jobs that are over, with their logs; one that is known, here or elsewhere, stays. */
export const insertWholeJobs = statement(
  'job.import',
  `with given as (
     select *
     from json_to_recordset($2) as row (
       id uuid, "parentJob" uuid, "createdBy" text, "createdAt" bigint, "startedAt" bigint,
       "completedAt" bigint, "durationMs" integer, "scriptPath" text, "scriptHash" text,
       args json, result json, logs text, "logUnits" integer, "rawCode" text, canceled boolean,
       "canceledBy" text, "canceledReason" text, "jobKind" text, "triggerKind" text,
       "permissionedAs" text, "flowStatus" json, "isFlowStep" boolean, "flowStepId" text,
       language text, "isSkipped" boolean, email text, "visibleToOwner" boolean,
       "memPeak" integer, tag text, priority smallint, labels text[], worker text,
       success boolean, "schedulePath" text)
   ), made as (
     insert into engine_job (
       id, finished, workspace, parent_job, created_by, created_at, scheduled_for, started_at,
       completed_at, duration_ms, path, hash, args, result, raw_code, canceled, canceled_by,
       canceled_reason, kind, trigger_kind, permissioned_as, flow_state, is_flow_step,
       flow_step_id, language, is_skipped, email, visible_to_owner, mem_peak_kb, tag, priority,
       labels, worker, success, schedule_path)
     select
       id, true, $1, "parentJob", "createdBy", "createdAt", "createdAt", "startedAt",
       "completedAt", "durationMs", "scriptPath", "scriptHash", coalesce(args, '{}'), result,
       "rawCode", canceled, "canceledBy", "canceledReason", "jobKind", "triggerKind",
       "permissionedAs",
       case when "flowStatus" is not null
         then json_build_object('status', "flowStatus", 'early', null) end,
       "isFlowStep", "flowStepId", language, "isSkipped", email, "visibleToOwner", "memPeak",
       tag, priority, labels, worker, success, "schedulePath"
     from given
     where not exists (
       select 1
       from engine_job as known
       where known.id = given.id)
     on conflict do nothing
     returning id
   ), logged as (
     insert into engine_job_log (job_id, start, stop, content)
     select given.id, 0, "logUnits", logs
     from given
     join made on made.id = given.id
     where "logUnits" > 0
     on conflict do nothing
   )
   select id
   from made`,
);

/** Which of these are jobs already, in any workspace; by primary key. */
export const selectKnownJobs = statement(
  'job.known',
  `select id
   from engine_job
   where id = any ($1::uuid[])`,
);
