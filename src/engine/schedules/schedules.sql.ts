// Every SQL statement of schedules. All use the primary key unless they say otherwise.
import { statement } from '../../store/index.ts';
import { insertRows } from '../jobs/index.ts';

const columns = `
     workspace as "workspaceId", path, schedule, timezone, enabled, script_path as "scriptPath",
     is_flow as "isFlow", args, summary, description, labels, extra_perms as "extraPerms",
     options, paused_until as "pausedUntil", permissioned_as as "permissionedAs", email,
     edited_by as "editedBy", edited_at as "editedAt", error, next_at as "nextAt"`;

const innerColumns = `${columns}, scopes, rev, failures, successes,
     last_failure as "lastFailure"`;

export const selectSchedule = statement(
  'schedule.get',
  `select ${columns}
   from engine_schedule
   where workspace = $1
     and path = $2`,
);

/** For a change: held until the transaction ends. */
export const holdSchedule = statement(
  'schedule.hold',
  `select ${innerColumns}
   from engine_schedule
   where workspace = $1
     and path = $2
   for update`,
);

export const selectSchedulePerms = statement(
  'schedule.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_schedule
   where workspace = $1
     and path = $2`,
);

/** 0 rows mean that there is one already. */
export const insertSchedule = statement(
  'schedule.insert',
  `insert into engine_schedule (
     workspace, path, schedule, timezone, enabled, script_path, is_flow, args, summary,
     description, labels, extra_perms, options, paused_until, permissioned_as, email, scopes,
     edited_by, edited_at, next_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
     $20)
   on conflict do nothing`,
);

export const updateSchedule = statement(
  'schedule.update',
  `update engine_schedule
   set schedule = $3,
       timezone = $4,
       args = $5,
       summary = $6,
       description = $7,
       labels = $8,
       extra_perms = $9,
       options = $10,
       paused_until = $11,
       permissioned_as = $12,
       email = $13,
       scopes = $14,
       edited_by = $15,
       edited_at = $16,
       next_at = $17,
       error = null,
       rev = rev + 1
   where workspace = $1
     and path = $2`,
);

export const enableSchedule = statement(
  'schedule.enable',
  `update engine_schedule
   set enabled = $3,
       next_at = $4,
       error = null,
       rev = rev + 1
   where workspace = $1
     and path = $2`,
);

export const deleteSchedule = statement(
  'schedule.delete',
  `delete from engine_schedule
   where workspace = $1
     and path = $2`,
);

/** Ends what still waits for a worker; uses engine_job_schedule. */
export const cancelWaiting = statement(
  'schedule.cancel_waiting',
  `update engine_job
   set finished = true,
       success = false,
       canceled = true,
       canceled_by = $3,
       canceled_reason = $4,
       completed_at = $5,
       duration_ms = 0,
       result = $6
   where workspace = $1
     and schedule_path = $2
     and parent_job is null
     and not finished
     and not running
   returning id`,
);

const filters = `
   where workspace = $1
     and ($2 or owner = any ($3) or extra_perms ?| $4)
     and ($5::text is null or script_path = $5)
     and ($6::boolean is null or is_flow = $6)
     and ($7::text is null or starts_with(path, $7))
     and ($8::text is null or path = $8)
     and ($9::text is null or strpos(lower(description), lower($9)) > 0)
     and ($10::text is null or strpos(lower(summary), lower($10)) > 0)
     and ($11::text is null or strpos(lower(path || ' ' || script_path || ' ' || summary || ' '
       || description), lower($11)) > 0)
     and ($12::text is null or $12 = any (labels))
     and ($13::jsonb is null or args::jsonb @> $13)
     and ($16::text[] is null or path like any ($16))
   order by edited_at desc, path
   limit $14 offset $15`;

/**
 * A page of what the caller may read ($2 to $4: `readableBy`, $16: `pathsWithin`). Null filters do
 * not apply.
 */
export const selectSchedules = statement(
  'schedule.list',
  `select ${columns}
   from engine_schedule ${filters}`,
);

/** The same with the newest runs that are over; uses engine_job_schedule. */
export const selectSchedulesWithJobs = statement(
  'schedule.list_with_jobs',
  `select ${columns},
     (select coalesce(json_agg(json_build_object('id', id, 'success', success, 'duration_ms',
       duration_ms)), '[]')
      from (
        select id, success, duration_ms
        from engine_job_done as job
        where job.workspace = engine_schedule.workspace
          and job.schedule_path = engine_schedule.path
          and job.parent_job is null
        order by job.created_at desc
        limit 20
      ) as newest) as jobs
   from engine_schedule ${filters}`,
);

/** Ticks that are due; uses engine_schedule_due. */
export const selectDue = statement(
  'schedule.due',
  `select ${innerColumns}
   from engine_schedule
   where next_at <= $1
   order by next_at
   limit 100`,
);

/** When the next tick is due; uses engine_schedule_due. */
export const selectNextTick = statement(
  'schedule.next_tick',
  `select next_at as "nextAt"
   from engine_schedule
   where next_at is not null
   order by next_at
   limit 1`,
);

/**
 * Claims the tick $3 as it was read (revision $4), stores the next one ($5) and the run ($7), all
 * or nothing: whoever else saw this tick finds it gone. No run is stored while one still waits for
 * a worker, or while one still runs when $8 says so.
 */
export const fireTick = statement(
  'schedule.fire',
  `with claimed as (
     update engine_schedule
     set next_at = $5,
         error = $6
     where workspace = $1
       and path = $2
       and next_at = $3
       and rev = $4
     returning path
   ), busy as materialized (
     select id
     from engine_job_live
     where workspace = $1
       and schedule_path = $2
       and parent_job is null
       and ($8 or not running)
     limit 1
   ), started as (
     ${insertRows('$7')}
     where exists (select from claimed)
       and not exists (select from busy)
     returning id
   ), noted as (
     insert into engine_schedule_run (job_id, workspace, path)
     select id, $1, $2
     from started
   )
   select exists (select from claimed) as claimed, exists (select from started) as started`,
);

/** Runs that are over and not settled; both tables by their primary keys. */
export const selectEndedRuns = statement(
  'schedule.ended_runs',
  `select run.job_id as "jobId", run.workspace, run.path
   from engine_schedule_run as run
   join engine_job_done as job on job.id = run.job_id and job.finished
   order by job.completed_at
   limit 100`,
);

/** Runs that nobody has settled, to wait for their ends. */
export const selectOpenRuns = statement(
  'schedule.open_runs',
  `select job_id as "jobId"
   from engine_schedule_run`,
);

/** Whoever takes the row settles the run; 0 rows: somebody else did. */
export const takeRun = statement(
  'schedule.take_run',
  `delete from engine_schedule_run
   where job_id = $1
   returning workspace, path`,
);

/** How a run ended; undefined while it lives. */
export const selectEnd = statement(
  'schedule.end',
  `select id, success, canceled, is_skipped as "isSkipped", result, started_at as "startedAt"
   from engine_job_done
   where id = $1
     and finished`,
);

export const updateStreaks = statement(
  'schedule.streaks',
  `update engine_schedule
   set failures = $3,
       successes = $4,
       last_failure = $5,
       error = coalesce($6, error)
   where workspace = $1
     and path = $2`,
);

/** Handlers, in the commit that settles the run. */
export const insertHandlers = statement('schedule.insert_handlers', insertRows('$1'));
