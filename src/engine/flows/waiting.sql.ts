// Every SQL statement of flows that wait for people.
import { statement } from '../../store/index.ts';

/** What a job is to its flow; uses the primary key. */
export const selectPlace = statement(
  'flow.place',
  `select case when is_flow_step then parent_job end as "flowId", finished,
     flow_state is not null as "isFlow"
   from engine_job
   where id = $1
     and workspace = $2`,
);

/** The oldest run that waits, of a flow and the runs below it. Uses engine_job_parent. */
export const selectWaitingBelow = statement(
  'flow.waiting_below',
  `with recursive tree as (
     select live.id, live.suspend
     from engine_job_live as live
     where live.id = $1
     union all
     select child.id, child.suspend
     from engine_job_live as child
     join tree on child.parent_job = tree.id
     where child.is_flow_step
   )
   select id
   from tree
   where suspend > 0
   order by id
   limit 1`,
);

/** The flow that people started, of one of its steps at any depth. Uses the primary key. */
export const selectTopFlow = statement(
  'flow.top',
  `with recursive up as (
     select job.id, job.parent_job, job.is_flow_step
     from engine_job as job
     where job.id = $1
       and job.workspace = $2
     union all
     select parent.id, parent.parent_job, parent.is_flow_step
     from engine_job as parent
     join up on parent.id = up.parent_job
     where up.is_flow_step
   )
   select id
   from up
   where not is_flow_step`,
);

/** Has this resume id of a job been used? */
export const selectAnswer = statement(
  'flow.answer',
  `select approved
   from engine_flow_answer
   where job_id = $1
     and resume_id = $2`,
);

/**
 * Stores an answer, if the flow still stands where it was seen ($2); the new revision makes a
 * transition that did not see the answer look again. Whoever answered sees at once how many are
 * still missing; that none is, only the transition says. `$10`: wake the flow.
 */
export const insertAnswer = statement(
  'flow.insert_answer',
  `with flow as materialized (
     select id
     from engine_job_live
     where id = $1
       and flow_rev = $2
       and running
       and not canceled
     for update
   ), stored as (
     insert into engine_flow_answer (
       flow_id, job_id, resume_id, step_id, approved, approver, payload, created_at)
     select flow.id, $3, $4, $5, $6, $7, $8, $9
     from flow
     on conflict do nothing
     returning flow_id
   ), woken as (
     update engine_job_live as live
     set flow_rev = live.flow_rev + 1,
         suspend = case when $6 and live.suspend > 1 then live.suspend - 1 else live.suspend end,
         wake_at = case when $10 then $9::bigint end
     from stored
     where live.id = stored.flow_id
   )
   select count(*)::int as stored
   from stored`,
);
