// Every SQL statement of workers.
import { statement } from '../../store/index.ts';

export const insertWorker = statement(
  'worker.insert',
  `insert into engine_worker (
     worker, machine, pid, process_started, worker_group, started_at, ping_at, ip, tags, version,
     vcpus, isolation, slots)
   values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12)`,
);

/** Also the slow way in which a worker hears of its group's settings. */
export const pingWorker = statement(
  'worker.ping',
  `update engine_worker
   set ping_at = $2,
       jobs_executed = $3,
       last_job_id = $4,
       last_job_workspace = $5,
       memory_bytes = $6,
       occupancy = $7,
       occupancy_15s = $8,
       occupancy_5m = $9,
       occupancy_30m = $10,
       running = $11,
       memory_total_bytes = $12,
       memory_used_bytes = $13
   where worker = $1
   returning (
     select config
     from engine_worker_group
     where name = worker_group) as config`,
);

export const setWorkerTags = statement(
  'worker.set_tags',
  `update engine_worker
   set tags = $2
   where worker = $1`,
);

export const selectGroupConfig = statement(
  'worker.group_config',
  `select config
   from engine_worker_group
   where name = $1`,
);

/** A handful of rows: the groups with settings, and those that a worker names. */
export const selectGroups = statement(
  'worker.groups',
  `select name, coalesce(engine_worker_group.config, '{}'::json) as config
   from (
     select name from engine_worker_group
     union
     select worker_group from engine_worker) as named (name)
   left join engine_worker_group using (name)
   order by name`,
);

export const upsertGroup = statement(
  'worker.upsert_group',
  `insert into engine_worker_group (name, config, edited_by, edited_at)
   values ($1, $2, $3, $4)
   on conflict (name) do update
   set config = excluded.config,
       edited_by = excluded.edited_by,
       edited_at = excluded.edited_at`,
);

export const deleteGroup = statement(
  'worker.delete_group',
  `delete from engine_worker_group
   where name = $1`,
);

/** The tags of the workers that were heard of since $1. */
export const selectServedTags = statement(
  'worker.served_tags',
  `select tag, count(*)::int as workers
   from engine_worker, unnest(tags) as tag
   where ping_at >= $1
   group by tag
   order by tag`,
);

/** What waits and runs, by tag; the live part is small. $1: now, $2: workers heard of since. */
export const selectQueues = statement(
  'worker.queues',
  `with live as (
     select tag,
       count(*) filter (where not running and scheduled_for <= $1)::int as waiting,
       count(*) filter (where not running and scheduled_for > $1)::int as scheduled,
       count(*) filter (where running and worker is not null)::int as running,
       min(scheduled_for) filter (where not running and scheduled_for <= $1) as first
     from engine_job_live
     where not running or worker is not null
     group by tag
   ), served as (
     select tag, count(*)::int as workers
     from engine_worker, unnest(tags) as tag
     where ping_at >= $2
     group by tag
   )
   select tag, coalesce(waiting, 0) as waiting, coalesce(scheduled, 0) as scheduled,
     coalesce(running, 0) as running, ($1 - first) / 1000 as "waitedSecs",
     coalesce(workers, 0) as workers
   from live
   full join served using (tag)
   order by tag`,
);

export const deleteWorkers = statement(
  'worker.delete',
  `delete from engine_worker
   where worker = any ($1)`,
);

/** A handful of rows: who might be dead. */
export const selectPings = statement(
  'worker.pings',
  `select worker, machine, pid, process_started as "processStarted", ping_at as "pingAt"
   from engine_worker`,
);

export const selectWorkers = statement(
  'worker.list',
  `select worker, worker as "workerInstance", worker_group as "workerGroup",
     started_at as "startedAt", ping_at as "pingAt", ip, jobs_executed as "jobsExecuted",
     tags as "customTags", version as "wmVersion", last_job_id as "lastJobId",
     last_job_workspace as "lastJobWorkspaceId", memory_bytes as "wmMemoryUsage",
     memory_total_bytes as memory, memory_used_bytes as "memoryUsage", vcpus,
     isolation as "jobIsolation", slots, running, occupancy as "occupancyRate",
     occupancy_15s as "occupancyRate15s", occupancy_5m as "occupancyRate5m",
     occupancy_30m as "occupancyRate30m"
   from engine_worker
   where ping_at >= $1
     and slots > 0
   order by worker
   limit $2 offset $3`,
);

/**
 * Jobs that had been due for more than 3 s at moments from $1 to $2, $3 apart, by tag, and how
 * long the first of them had waited. Worked out from the jobs themselves, so nothing is sampled;
 * what waited after $1 also ended after it, which engine_job_completed serves.
 */
export const selectQueueMetrics = statement(
  'worker.queue_metrics',
  `with waited as materialized (
     select tag, scheduled_for as due, $2::bigint + 1 as until
     from engine_job_live
     where not running
       and scheduled_for + 3000 <= $2
     union all
     select tag, scheduled_for, started_at
     from engine_job_live
     where running
       and worker is not null
       and started_at - scheduled_for > 3000
     union all
     select tag, scheduled_for, coalesce(started_at, completed_at)
     from engine_job_done
     where completed_at > $1
       and coalesce(started_at, completed_at) - scheduled_for > 3000
   )
   select tag, at, count(*)::int as count, (max(at - due) / 1000)::int as "delaySecs"
   from generate_series($1::bigint, $2::bigint, $3::bigint) as at
   join waited on waited.due + 3000 <= at and waited.until > at
   group by tag, at
   order by tag, at`,
);
