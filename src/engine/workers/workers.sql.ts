// Every SQL statement of workers.
import { statement } from '../../store/index.ts';

export const insertWorker = statement(
  'worker.insert',
  `insert into engine_worker (
     worker, machine, pid, process_started, worker_group, started_at, ping_at, ip, tags, version,
     vcpus, isolation)
   values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11)`,
);

export const pingWorker = statement(
  'worker.ping',
  `update engine_worker
   set ping_at = $2,
       jobs_executed = $3,
       last_job_id = $4,
       last_job_workspace = $5,
       memory_bytes = $6
   where worker = $1`,
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
     last_job_workspace as "lastJobWorkspaceId", memory_bytes as "wmMemoryUsage", vcpus,
     isolation as "jobIsolation"
   from engine_worker
   where ping_at >= $1
   order by worker
   limit $2 offset $3`,
);
