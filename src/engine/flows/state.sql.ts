// Every SQL statement of running flows: the one that stores a transition, and the reads that
// bring a run back into memory.
import { statement } from '../../store/index.ts';
import { insertRows, mergedLabels } from '../jobs/index.ts';

/**
 * One transition: children that ended ($3) with the last of their logs ($6), the new states of
 * flows ($1), children to start ($5). All or nothing: every flow must still stand at the revision
 * that was seen ($2 of them), every ended child still belong to its worker and attempt ($4 of
 * them). Answers false otherwise, and has then changed nothing. Rows are found by primary key.
 */
export const advanceFlows = statement(
  'flow.advance',
  `with wanted as (
     select *
     from json_to_recordset($1) as f (
       id uuid, rev integer, state text, items text, finished boolean, success boolean,
       result text, at bigint, skipped boolean, labels json, args json,
       suspend integer, "wakeAt" bigint)
   ), ended as (
     select *
     from json_to_recordset($3) as e (
       id uuid, worker text, attempt integer, success boolean, "resultJson" text,
       "completedAt" bigint, "durationMs" integer, "memPeakKb" integer, canceled boolean,
       labels json)
   ), flows as materialized (
     select live.id
     from engine_job_live as live
     join wanted on live.id = wanted.id and live.flow_rev = wanted.rev
     for update of live
   ), mine as materialized (
     select live.id
     from engine_job_live as live
     join ended on live.id = ended.id
     where live.running
       and live.worker = ended.worker
       and live.attempt = ended.attempt
     for update of live
   ), verdict as materialized (
     select (select count(*) from flows) = $2::int
       and (select count(*) from mine) = $4::int as ok
   ), logged as (
     insert into engine_job_log (job_id, start, stop, content)
     select "jobId", start, stop, content
     from json_to_recordset($6) as l ("jobId" uuid, start integer, stop integer, content text)
     where (select ok from verdict)
     on conflict do nothing
   ), started as (
     ${insertRows('$5')}
     where (select ok from verdict)
   ), completed as (
     update engine_job as job
     set finished = true,
         running = false,
         token_hash = null,
         success = ended.success,
         result = ended."resultJson"::json,
         completed_at = ended."completedAt",
         duration_ms = ended."durationMs",
         mem_peak_kb = ended."memPeakKb",
         canceled = job.canceled or ended.canceled,
         labels = ${mergedLabels('ended.labels')}
     from ended
     where job.id = ended.id
       and not job.finished
       and (select ok from verdict)
   ), moved as (
     update engine_job as job
     set flow_state = wanted.state::json,
         flow_items = coalesce(wanted.items::json, job.flow_items),
         args = coalesce(wanted.args, job.args),
         flow_rev = job.flow_rev + 1,
         finished = wanted.finished,
         running = not wanted.finished,
         worker = null,
         token_hash = null,
         success = wanted.success,
         result = wanted.result::json,
         completed_at = case when wanted.finished then wanted.at end,
         duration_ms = case when wanted.finished
           then greatest(0, wanted.at - coalesce(job.started_at, wanted.at)) end,
         is_skipped = coalesce(wanted.skipped, false),
         labels = ${mergedLabels('wanted.labels')},
         suspend = wanted.suspend,
         wake_at = wanted."wakeAt"
     from wanted
     where job.id = wanted.id
       and not job.finished
       and (select ok from verdict)
   )
   select ok
   from verdict`,
);

/** A flow run as it stands; one that is over has no state to go on from. */
export const selectRun = statement(
  'flow.run',
  `select id, workspace, kind, path, args, tag, created_by as "createdBy",
     permissioned_as as "permissionedAs", email, scopes, parent_job as "parentJob",
     root_job as "rootJob", visible_to_owner as "visibleToOwner", trigger_kind as "triggerKind",
     schedule_path as "schedulePath", is_flow_step as "isFlowStep",
     flow_state as "flowState", flow_rev as "flowRev",
     flow_version as "flowVersion", flow_node as "flowNode", flow_source as "flowSource",
     raw_flow as "rawFlow", flow_items as "flowItems", canceled,
     canceled_reason as "canceledReason", finished, shared_folder as "sharedFolder"
   from engine_job
   where id = $1`,
);

/** Results of jobs that are over; uses the primary key. */
export const selectResults = statement(
  'flow.results',
  `select id, success, result::text as "resultJson", flow_state -> 'stopped' as stopped,
     is_skipped and started_at is null and debounce_key is not null as absorbed
   from engine_job
   where id = any ($1)
     and finished`,
);

/** Flows whose children are all over: somebody died between the child's end and the next step. */
export const selectStuckFlows = statement(
  'flow.stuck',
  `select flow.id
   from engine_job_live as flow
   where flow.running
     and flow.worker is null
     and flow.kind in ('flow', 'flowpreview', 'flownode', 'singlestepflow', 'aiagent')
     and flow.scheduled_for <= $1
     and (flow.wake_at is null or flow.canceled)
     and not exists (
       select 1
       from engine_job_live as child
       where child.parent_job = flow.id)
   order by flow.created_at`,
);

/** Flows that have to be looked at by now although none of their steps ended. */
export const selectDueFlows = statement(
  'flow.due',
  `select id
   from engine_job_live
   where wake_at <= $1`,
);

/** When the next one is due; null when none waits. Both read engine_job_wake. */
export const selectNextWake = statement(
  'flow.next_wake',
  `select min(wake_at) as "wakeAt"
   from engine_job_live
   where wake_at is not null`,
);

/** The answers to a step, in order. Uses engine_flow_answer_step. */
export const selectAnswers = statement(
  'flow.answers',
  `select job_id as job, resume_id as "resumeId", approved, approver, payload
   from engine_flow_answer
   where flow_id = any ($1)
     and step_id = $2
   order by created_at, resume_id`,
);

/** Is anything of this flow still alive, but for $2? Uses the index on parent_job. */
export const selectLiveChild = statement(
  'flow.live_child',
  `select 1 as one
   from engine_job_live
   where parent_job = $1
     and id <> all ($2)
   limit 1`,
);

/**
 * Marks a flow and everything below it as canceled; what waits in the queue ends at once. The new
 * revision keeps a process that has the flow in memory from starting another step.
 */
export const cancelTree = statement(
  'flow.cancel_tree',
  `with recursive tree as (
     select live.id
     from engine_job_live as live
     where live.id = $1
     union all
     select child.id
     from engine_job_live as child
     join tree on child.parent_job = tree.id
   )
   update engine_job as job
   set canceled = true,
       canceled_by = $2,
       canceled_reason = $3,
       flow_rev = job.flow_rev + 1,
       finished = $6 or not job.running,
       running = job.running and not $6,
       success = case when $6 or not job.running then false end,
       completed_at = case when $6 or not job.running then $4::bigint end,
       duration_ms = case when $6 or not job.running
         then greatest(0, $4::bigint - coalesce(job.started_at, $4::bigint)) end,
       result = case when $6 or not job.running then $5::json end
   from tree
   where job.id = tree.id
     and not job.finished
   returning job.id, job.finished, job.worker, job.kind`,
);
