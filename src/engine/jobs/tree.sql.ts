// The SQL of a flow run as a whole: the flow and all steps below it, at any depth.
import { statement } from '../../store/index.ts';
import { startedBy } from './started.sql.ts';

/**
 * Job $1 of workspace $2 and its steps, by engine_job_parent. `seen`: may the viewer ($3 all, $4,
 * $5, $6) see it? $7: how much of the result; $8: how many jobs.
 */
export const selectTree = statement(
  'job.tree',
  `with recursive tree as (
     select id, 0 as depth
     from engine_job
     where id = $1
       and workspace = $2
     union all
     select step.id, tree.depth + 1
     from tree
     join engine_job as step on step.parent_job = tree.id
     where step.is_flow_step
       and tree.depth < 50
   )
   select id, depth, parent_job as "parentJob", path, kind, flow_step_id as "flowStepId",
     started_at as "startedAt", duration_ms as "durationMs", success,
     case
       when not finished and coalesce(suspend, 0) > 0 then 'suspended'
       when not finished and running then 'running'
       when not finished then 'queued'
       when is_skipped then 'skipped'
       when canceled then 'canceled'
       when success then 'success'
       else 'failure'
     end as status,
     left(result::text, $7) as "resultPrefix", length(result::text) as "resultLength",
     ($3 or ${startedBy('$4')} or permissioned_as = any ($5)
       or visible_to_owner and owner = any ($6)) as seen
   from tree
   join engine_job using (id)
   order by depth, created_at, id
   limit $8`,
);

/** The logs of some jobs, by primary key, cut at $2 characters in all. */
export const selectLogsOf = statement(
  'job.logs_of',
  `select job_id as id, content
   from (
     select job_id, start, content,
       sum(length(content)) over (order by array_position($1, job_id), start) as until
     from engine_job_log
     where job_id = any ($1)) as piece
   where until - length(content) < $2
   order by array_position($1, job_id), start`,
);
