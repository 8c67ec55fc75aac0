// Every SQL statement of the approvals of workflows; rows are found by primary key.
import { statement } from '../../store/index.ts';

/** A workflow with the approval that it waits for; no row for a job that has no steps. */
export const selectApprovals = statement(
  'workflow.approvals',
  `select job.workspace, job.path, job.created_by as "createdBy", job.email, job.rounds,
     job.finished, step.key, step.detail, step.due_at as "dueAt"
   from engine_job as job
   left join engine_workflow_step as step
     on step.job_id = job.id and step.kind = 'approval' and step.ended_at is null
   where job.id = $1
     and exists (
       select 1
       from engine_workflow_step as any_step
       where any_step.job_id = $1)`,
);

/** How a link of this workflow was used. */
export const selectUsedApproval = statement(
  'workflow.used_approval',
  `select (result ->> 'approved')::boolean as approved
   from engine_workflow_step
   where job_id = $1
     and kind = 'approval'
     and ended_at is not null
     and (detail ->> 'resumeId')::bigint = $2`,
);

/** Stores an answer while the workflow waits for it, and makes the workflow due. */
export const answerApproval = statement(
  'workflow.answer',
  `with answered as (
     update engine_workflow_step
     set result = $3::json,
         ended_at = $4,
         detail = (coalesce(detail::jsonb, '{}')
           || jsonb_build_object('resumeId', $5::bigint))::json
     where job_id = $1
       and key = $2
       and kind = 'approval'
       and ended_at is null
       and due_at > $4
     returning job_id
   ), woken as (
     update engine_job as job
     set scheduled_for = $4,
         suspend = null
     from answered
     where job.id = $1
       and job.id = answered.job_id
       and not job.finished
       and not job.running
     returning job.tag
   )
   select (select tag from woken) as tag
   from answered`,
);

/** A workflow whose approval nobody gave in time waits for people no more. */
export const endSuspension = statement(
  'workflow.end_suspension',
  `update engine_job_live
   set suspend = null
   where id = $1`,
);
