// The SQL of what is not kept: jobs after the retention, and what was to be erased after use.
import { statement } from '../../store/index.ts';

/** The workspaces that have jobs, hopping from one to the next along engine_job_newest. */
export const selectJobWorkspaces = statement(
  'job.workspaces',
  `with recursive hop as (
     (select workspace
      from engine_job_done
      order by workspace
      limit 1)
     union all
     select (
       select workspace
       from engine_job_done
       where workspace > hop.workspace
       order by workspace
       limit 1)
     from hop
     where hop.workspace is not null
   )
   select workspace
   from hop
   where workspace is not null`,
);

/** What belongs to the jobs in `ids`: logs, answers to approvals, steps of workflows, secrets. */
export const forgetting = (ids: string): string => `logs as (
     delete from engine_job_log
     where job_id = any (array(select id from ${ids}))
   ), answers as (
     delete from engine_flow_answer
     where flow_id = any (array(select id from ${ids}))
   ), steps as (
     delete from engine_workflow_step
     where job_id = any (array(select id from ${ids}))
   ), secrets as (
     delete from engine_job_secret
     where job_id = any (array(select id from ${ids}))
   )`;

/**
 * Deletes the oldest jobs of a workspace that were made and ended before $2, with their logs.
 * Walks engine_job_newest from its old end; rows that another process deletes are left to it.
 */
export const deleteOldJobs = statement(
  'job.delete_old',
  `with old as materialized (
     select id
     from engine_job_done
     where workspace = $1
       and created_at < $2
       and completed_at < $2
     order by created_at
     limit 1000
     for update skip locked
   ), ${forgetting('old')}
   delete from engine_job_done
   where id = any (array(select id from old))
   returning id`,
);

/**
 * Erases what jobs were given and answered, when that was due at $1; uses engine_job_erase. Steps
 * keep it until their run is over, whose other steps may read it.
 */
export const eraseUsedJobs = statement(
  'job.erase_used',
  `with used as materialized (
     select id
     from engine_job_done
     where completed_at + delete_after_s * 1000::bigint <= $1
       and delete_after_s is not null
       and not deleted
       and (not is_flow_step or not exists (
         select 1
         from engine_job_live as run
         where run.id = engine_job_done.root_job))
     order by completed_at + delete_after_s * 1000::bigint
     limit 1000
     for update skip locked
   ), ${forgetting('used')}
   update engine_job_done
   set args = '{}',
       result = null,
       raw_code = null,
       raw_flow = null,
       flow_items = null,
       flow_state = null,
       deleted = true
   where id = any (array(select id from used))
   returning id`,
);
