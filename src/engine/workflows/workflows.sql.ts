// Every SQL statement of workflows. A workflow's job is found by primary key, its steps by theirs,
// which begins with the job.
import { statement } from '../../store/index.ts';
import { insertRows } from '../jobs/index.ts';

/**
 * A round ends and the workflow waits: its log ($7), the jobs of its tasks ($5) and what it waits
 * for ($6) in one commit, only if the run is still ours and nobody canceled it. `$4`: tasks, sleep,
 * approval, again; `$8`: when it is due.
 */
export const parkWorkflow = statement(
  'workflow.park',
  `with mine as materialized (
     select live.id
     from engine_job_live as live
     where live.id = $1
       and live.running
       and live.worker = $2
       and live.attempt = $3
       and not live.canceled
     for update
   ), verdict as materialized (
     select exists (select 1 from mine) as ok
   ), logged as (
     insert into engine_job_log (job_id, start, stop, content)
     select "jobId", start, stop, content
     from json_to_recordset($7) as l ("jobId" uuid, start integer, stop integer, content text)
     where (select ok from verdict)
     on conflict do nothing
   ), started as (
     ${insertRows('$5')}
     where (select ok from verdict)
   ), noted as (
     insert into engine_workflow_step
       (job_id, key, kind, round, position, child, detail, started_at, due_at)
     select $1, key, kind, $3, position, child, detail, "startedAt", "dueAt"
     from json_to_recordset($6) as s (
       key text, kind text, position integer, child uuid, detail json, "startedAt" bigint,
       "dueAt" bigint)
     where (select ok from verdict)
   ), parked as (
     update engine_job as job
     set running = false,
         worker = null,
         token_hash = null,
         rounds = job.attempt,
         waits_for = $4,
         suspend = case when $4 = 'approval' then 1 end,
         scheduled_for = $8
     where job.id = $1
       and not job.finished
       and (select ok from verdict)
   )
   select ok
   from verdict`,
);

/** Keeps what an inline step returned; the first value of a key stays. Only while the job runs. */
export const saveStep = statement(
  'workflow.save_step',
  `insert into engine_workflow_step
     (job_id, key, kind, round, position, result, started_at, ended_at)
   select live.id, $2, 'step', live.attempt, 0, $3::json, $4, $5
   from engine_job_live as live
   where live.id = $1
     and live.running
   on conflict do nothing`,
);

export const selectStep = statement(
  'workflow.step',
  `select key, kind, result, ended_at as "endedAt", due_at as "dueAt", detail
   from engine_workflow_step
   where job_id = $1
     and key = $2`,
);

/** The steps of a workflow in the order of its calls, with how its tasks ended. */
export const selectSteps = statement(
  'workflow.steps',
  `select step.key, step.kind, step.round, step.child, step.detail,
     case when step.kind = 'task' then child.result else step.result end as result,
     step.started_at as "startedAt", step.due_at as "dueAt",
     coalesce(step.ended_at, child.completed_at) as "endedAt", child.success,
     child.duration_ms as "durationMs"
   from engine_workflow_step as step
   left join engine_job as child on child.id = step.child and child.finished
   where step.job_id = $1
   order by step.round, step.started_at, step.position`,
);

/** The code of a running job, for another job that runs a function of it. */
export const selectOwnCode = statement(
  'workflow.own_code',
  `select workspace, kind, path, hash, language, raw_code as "rawCode",
     bundle_hash as "bundleHash", parameters, tag, created_by as "createdBy",
     permissioned_as as "permissionedAs", email, scopes, root_job as "rootJob",
     visible_to_owner as "visibleToOwner", timeout_s as "timeoutS",
     rerun_on_crash as "rerunOnCrash", isolation
   from engine_job_live
   where id = $1
     and running`,
);

/** What the workflow was called with, for its tasks. */
export const selectArgs = statement(
  'workflow.args',
  `select args
   from engine_job_live
   where id = $1`,
);

/** Makes a workflow due whose last task has ended; 0 rows when another one still lives. */
export const resumeAfterTasks = statement(
  'workflow.resume_after_tasks',
  `update engine_job as job
   set scheduled_for = $2
   where job.id = $1
     and not job.finished
     and not job.running
     and job.waits_for = 'tasks'
     and job.scheduled_for > $2
     and not exists (
       select 1
       from engine_workflow_step as step
       join engine_job_live as child on child.id = step.child
       where step.job_id = $1)
   returning tag`,
);

/** Workflows that wait for tasks, with those that live; uses engine_job_workflows. */
export const selectWaiting = statement(
  'workflow.waiting',
  `select job.id, array(
     select child.id
     from engine_workflow_step as step
     join engine_job_live as child on child.id = step.child
     where step.job_id = job.id) as tasks
   from engine_job_live as job
   where job.waits_for = 'tasks'
     and not job.running
   order by job.created_at`,
);
