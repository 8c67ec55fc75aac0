// The SQL behind "why does this job wait".
import { statement } from '../../store/index.ts';

const standingColumns = `
     job.id, job.finished, job.running, job.worker, job.tag, job.scheduled_for as "scheduledFor",
     job.kind, job.flow_step_id as "flowStepId", job.canceled, job.waits_for as "waitsFor",
     job.flow_state -> 'status' -> 'modules' as modules, job.held,
     job.concurrency_key as "concurrencyKey", job.concurrency_limit as "concurrencyLimit",
     job.concurrency_window_s as "concurrencyWindowS", job.debounce_key as "debounceKey",
     case when job.held then (
       select count(*)::int
       from engine_job_live as other
       where other.concurrency_key = job.concurrency_key
         and not other.held) end as "letIn",
     (select count(*)::int
      from engine_worker
      where ping_at >= $2
        and (job.tag = any (tags) or job.tag = worker)) as workers,
     case when not job.running then (
       select count(*)::int
       from engine_job_live as other
       where not other.running
         and other.held = job.held
         and case when job.held
           then other.concurrency_key = job.concurrency_key
           else other.tag = job.tag end
         and other.scheduled_for <= $1
         and (other.priority > job.priority
           or other.priority = job.priority
             and (other.scheduled_for, other.id) < (job.scheduled_for, job.id))) end as ahead`;

/** How a live job stands; $1: now, $2: workers heard of since. */
export const selectStanding = statement(
  'job.standing',
  `select ${standingColumns}
   from engine_job as job
   where job.id = $3
     and job.workspace = $4`,
);

/** The oldest step of a flow that waits; uses the index on parent_job. */
export const selectWaitingStep = statement(
  'job.waiting_step',
  `select ${standingColumns}
   from engine_job_live as job
   where job.parent_job = $3
     and job.is_flow_step
     and (not job.running or job.worker is null)
   order by job.running, job.created_at
   limit 1`,
);
