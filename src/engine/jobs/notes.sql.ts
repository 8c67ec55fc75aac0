// What jobs note about themselves while they run: progress and user states. Each statement finds
// its row by primary key.
import { statement } from '../../store/index.ts';

/** Progress never goes back; 0 rows mean that the job is over. */
export const updateProgress = statement(
  'job.set_progress',
  `update engine_job
   set progress = greatest(coalesce(progress, 0), $3)
   where id = $1
     and workspace = $2
     and not finished
   returning progress`,
);

export const selectProgress = statement(
  'job.progress',
  `select progress
   from engine_job
   where id = $1
     and workspace = $2`,
);

/** One key of the job's states; 0 rows mean that all of them would have more than $5 bytes. */
export const updateUserState = statement(
  'job.set_user_state',
  `update engine_job
   set user_states = coalesce(user_states, '{}') || jsonb_build_object($3::text, $4::jsonb)
   where id = $1
     and workspace = $2
     and octet_length(coalesce(user_states, '{}')::text) + octet_length($4::text) <= $5
   returning id`,
);

export const selectUserState = statement(
  'job.user_state',
  `select user_states -> $3::text as value
   from engine_job
   where id = $1
     and workspace = $2`,
);
