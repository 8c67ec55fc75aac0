// Every SQL statement of cached results.
import { statement } from '../../store/index.ts';

/** A job under the key that ended well after $2; both parts are probed by their primary key. */
export const selectCached = statement(
  'flow.cached',
  `select job.result::text as "resultJson"
   from engine_flow_cache as cache
   join engine_job as job on job.id = cache.job_id
   where cache.key = $1
     and job.finished
     and job.success
     and job.completed_at > $2`,
);

/** The job that others may stand on. A few that nobody can use any more go with it ($4: now). */
export const keepCached = statement(
  'flow.keep_cached',
  `with gone as (
     delete from engine_flow_cache
     where key in (
       select old.key
       from engine_flow_cache as old
       where old.expires_at < $4
         and old.key <> $1
       order by old.expires_at
       limit 20)
   )
   insert into engine_flow_cache (key, job_id, expires_at)
   values ($1, $2, $3)
   on conflict (key) do update
   set job_id = excluded.job_id,
       expires_at = excluded.expires_at`,
);
