// The SQL of verbs that take many jobs at a time.
import { statement } from '../../store/index.ts';
import { forgetting } from './prune.sql.ts';
import { startedBy } from './started.sql.ts';

/** When jobs were begun; only of those that the caller ($3 all, $4, $5, $6) may see. */
export const selectStartedAt = statement(
  'job.started_at',
  `select started_at as at
   from engine_job
   where workspace = $1
     and id = any ($2)
     and started_at is not null
     and ($3 or ${startedBy('$4')} or permissioned_as = any ($5)
       or visible_to_owner and owner = any ($6))`,
);

/** By primary key. */
export const selectStepResults = statement(
  'job.step_results',
  `select id, result
   from engine_job
   where id = any ($1)
     and finished`,
);

/** What ended since $1, by tag; of the workspace $2 or of all. Uses engine_job_completed. */
export const countDoneByTag = statement(
  'job.count_done_by_tag',
  `select tag, count(*)::int as count
   from engine_job_done
   where completed_at > $1
     and ($2::text is null or workspace = $2)
   group by tag
   order by count desc, tag`,
);

/** Erases what jobs were given and answered, and keeps that they were. */
export const eraseJobs = statement(
  'job.erase',
  `with used as materialized (
     select id
     from engine_job_done
     where workspace = $1
       and id = any ($2)
     for update
   ), ${forgetting('used')}
   update engine_job
   set args = '{}',
       result = null,
       raw_code = null,
       raw_flow = null,
       flow_items = null,
       flow_state = null,
       deleted = true
   where id = any (array(select id from used))
     and finished
   returning id`,
);

/** Deletes jobs that are over, with all that belongs to them. */
export const deleteJobs = statement(
  'job.delete',
  `with gone as (
     delete from engine_job
     where workspace = $1
       and id = any ($2)
       and finished
     returning id
   ), ${forgetting('gone')}
   select id
   from gone`,
);

/** By primary key; jobs that did not fail have nothing to be looked after. */
export const resolveJobs = statement(
  'job.resolve',
  `update engine_job
   set resolved_by = $3,
       resolved_at = $4,
       resolution_note = $5
   where workspace = $1
     and id = any ($2)
     and finished
     and not success
   returning id`,
);

export const unresolveJobs = statement(
  'job.unresolve',
  `update engine_job
   set resolved_by = null,
       resolved_at = null,
       resolution_note = null
   where workspace = $1
     and id = any ($2)
     and finished
     and resolved_at is not null
   returning id`,
);

/** See `engine_end_identities` in the migrations. */
export const endIdentities = statement(
  'job.end_identities',
  `select id
   from engine_end_identities($1, $2, $3)`,
);
