// The SQL of homes: the workers that hold the shared folders of flows. A home is lost when its
// worker has no row any more.
import { statement } from '../../store/index.ts';

/** Whose the folder is from now on: $2, unless another worker was first. */
export const claimHome = statement(
  'home.claim',
  `insert into engine_job_home (folder, worker, created_at)
   values ($1, $2, $3)
   on conflict (folder) do update
   set folder = excluded.folder
   returning worker`,
);

export const selectHome = statement(
  'home.get',
  `select home.worker, exists (
     select 1
     from engine_worker
     where engine_worker.worker = home.worker) as alive
   from engine_job_home as home
   where home.folder = $1`,
);

/** Back into the queue of the worker $4, as if $2 had not taken it. */
export const sendHome = statement(
  'home.send',
  `update engine_job_live
   set running = false,
       worker = null,
       token_hash = null,
       started_at = null,
       tag = $4,
       attempt = attempt - 1
   where id = $1
     and worker = $2
     and attempt = $3
     and running
     and not canceled
   returning id`,
);

/** Ends what waits for workers that are gone; uses engine_job_shared_folder. */
export const failHomeless = statement(
  'home.fail_homeless',
  `update engine_job as job
   set finished = true,
       success = false,
       completed_at = $1,
       duration_ms = 0,
       result = $2::json
   from engine_job_live as live
   join engine_job_home as home on home.folder = live.shared_folder
   where live.shared_folder is not null
     and not live.running
     and live.tag = home.worker
     and not exists (
       select 1
       from engine_worker
       where engine_worker.worker = home.worker)
     and job.id = live.id
     and not job.finished
   returning job.id, case when job.is_flow_step then job.parent_job end as flow`,
);

/** Which of these runs are over; by primary key. */
export const selectOver = statement(
  'home.over',
  `select id
   from engine_job
   where id = any ($1)
     and finished`,
);

/** Forgets the folders $1, and those of workers that are gone whose runs are over. */
export const deleteHomes = statement(
  'home.delete',
  `delete from engine_job_home as home
   where home.folder = any ($1)
     or not exists (
       select 1
       from engine_worker
       where engine_worker.worker = home.worker)
     and not exists (
       select 1
       from engine_job_live as live
       where live.id = home.folder)`,
);
