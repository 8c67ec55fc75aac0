// The SQL of caching, debouncing and concurrency groups.
import { statement } from '../../store/index.ts';

/** The newest result of equal code and arguments since $2; uses engine_job_cache. */
export const selectCached = statement(
  'job.cached',
  `select result::text as "resultJson"
   from engine_job_done
   where cache_key = $1
     and completed_at > $2
     and success
     and not is_skipped
     and not deleted
   order by completed_at desc
   limit 1`,
);

/** Runs of one key are put off one after the other; the lock ends with the transaction. */
export const lockDebounce = statement(
  'job.lock_debounce',
  `select pg_advisory_xact_lock(hashtextextended($1, 0))`,
);

/** Ends the jobs of a key that wait, all but $4; uses engine_job_debounce. */
export const settleDebounced = statement(
  'job.settle_debounced',
  `update engine_job
   set finished = true,
       success = true,
       is_skipped = true,
       completed_at = $2,
       duration_ms = 0,
       result = $3
   where debounce_key = $1
     and id <> $4
     and not finished
     and not running
   returning id, args, parent_job as "parentJob", is_flow_step as "isFlowStep",
     debounce_since as since, debounce_count as count`,
);

/** Every key that was used, with what runs and waits of it. */
export const selectConcurrencyGroups = statement(
  'job.concurrency_groups',
  `select engine_concurrency.key,
     count(live.id) filter (where live.running)::int as running,
     count(live.id) filter (where not live.running)::int as waiting
   from engine_concurrency
   left join engine_job_live as live on live.concurrency_key = engine_concurrency.key
   group by engine_concurrency.key
   order by running desc, engine_concurrency.key
   limit 1000`,
);

/** Forgets a key that no job waits or runs under; it comes back with its next job. */
export const deleteConcurrencyGroup = statement(
  'job.delete_concurrency_group',
  `delete from engine_concurrency
   where key = $1
     and not exists (
       select 1
       from engine_job_live
       where concurrency_key = $1)
   returning key`,
);

/** Tells a key that nobody knows from one that is in use. */
export const selectConcurrencyGroup = statement(
  'job.concurrency_group',
  `select key
   from engine_concurrency
   where key = $1`,
);

export const selectConcurrencyKey = statement(
  'job.concurrency_key',
  `select concurrency_key as key
   from engine_job
   where id = $1`,
);
