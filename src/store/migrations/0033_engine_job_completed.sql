-- Jobs that are over come in the order of their ends: a range of it costs next to nothing to keep.
create index engine_job_completed on engine_job_done using brin (completed_at);

-- Jobs that do nothing are ended where they are, without a worker's slot.
create index engine_job_identity on engine_job_live (priority desc, scheduled_for, id)
  include (tag) where kind = 'identity' and not running and not held;

-- Ends due jobs that do nothing, 500 at most: their result is what they were given, else their
-- id. One caller at a time, and no claim meanwhile: a row that leaves the live part under a
-- `skip locked` fails the statement that wanted it (40001).
create function engine_end_identities(ender text, tags text[], due_at bigint)
returns table (id uuid)
language sql
set enable_sort = off
set enable_bitmapscan = off
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select pg_advisory_xact_lock(hashtext('engine_end_identities'));

  with due as materialized (
    select live.id
    from engine_job_live as live
    where live.kind = 'identity'
      and not live.is_flow_step
      and not live.running
      and not live.held
      and live.tag = any (tags)
      and live.scheduled_for <= due_at
    order by live.priority desc, live.scheduled_for, live.id
    limit 500
    for update skip locked
  )
  update engine_job as job
  set finished = true,
      success = true,
      worker = ender,
      attempt = job.attempt + 1,
      started_at = due_at,
      completed_at = due_at,
      duration_ms = 0,
      result = coalesce(job.args -> 'previous_result', to_json(job.id))
  from due
  where job.id = due.id
    and not job.finished
  returning job.id
$$;

-- As before, with a lock that it shares with other claims.
create or replace function engine_claim(
  claimer text, tags text[], due_at bigint, slots integer, token_hashes text[]
) returns setof engine_job_live
language sql
set enable_sort = off
set enable_bitmapscan = off
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  select pg_advisory_xact_lock_shared(hashtext('engine_end_identities'));
  select engine_let_in(due_at);

  -- Materialized: a join may run a sub-select once a row, and then claim more than it should.
  with due as materialized (
    select live.id
    from engine_job_live as live
    where not live.running
      and not live.held
      and live.scheduled_for <= due_at
      and live.tag = any (tags)
    order by live.priority desc, live.scheduled_for, live.id
    limit slots
    for update skip locked
  ), picked as materialized (
    select due.id, token_hashes[row_number() over ()] as token_hash
    from due
  )
  update engine_job_live as job
  set running = true,
      worker = claimer,
      started_at = due_at,
      attempt = job.attempt + 1,
      token_hash = picked.token_hash
  from picked
  where job.id = picked.id
  returning job.*
$$;
