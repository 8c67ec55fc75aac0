// Every SQL statement of approvals themselves; what a flow waits for, flows read.
import { statement } from '../../store/index.ts';

/**
 * Runs of a workspace ($1) that wait for people, oldest first: those that the viewer may see ($2 to
 * $5, as lists of jobs say it), and those that ask one of the groups $6. Uses engine_job_suspended.
 */
export const selectWaiting = statement(
  'approval.waiting',
  `select id
   from engine_job_live
   where suspend > 0
     and workspace = $1
     and not canceled
     and ($2
       or created_by = $3
       or permissioned_as = any ($4)
       or (visible_to_owner and owner = any ($5))
       or (flow_state -> 'waiting' -> 'groups')::jsonb ?| $6)
   order by id
   limit $7`,
);
