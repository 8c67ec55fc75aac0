-- Concurrency limits: a job with a key waits beside the queue (`held`) until its key lets it in.
-- So a limit costs the claim nothing, however many jobs wait behind it.
alter table engine_job
  add column concurrency_key text,
  add column concurrency_limit integer,
  add column concurrency_window_s integer,
  add column held boolean not null default false,
  -- Of a job that may be put off by the next one of its key.
  add column debounce_key text,
  add column debounce_since bigint,
  add column debounce_count integer,
  -- What its result may be reused for: code, arguments and whose rights it has.
  add column cache_key text,
  -- How long after its end arguments, result and logs are erased.
  add column delete_after_s integer;

drop index engine_job_claim;
create index engine_job_claim on engine_job_live (priority desc, scheduled_for, id)
  include (tag) where not running and not held;
create index engine_job_held on engine_job_live (concurrency_key, priority desc, scheduled_for, id)
  where held;
create index engine_job_let_in on engine_job_live (concurrency_key)
  where concurrency_key is not null and not held;
create index engine_job_window on engine_job_done (concurrency_key, completed_at)
  where concurrency_key is not null;
create index engine_job_debounce on engine_job_live (debounce_key)
  where debounce_key is not null and not running;
create index engine_job_cache on engine_job_done (cache_key, completed_at desc)
  where cache_key is not null;
create index engine_job_erase on engine_job_done ((completed_at + delete_after_s * 1000::bigint))
  where delete_after_s is not null and not deleted;

-- The keys that were ever used; its row is the lock under which a key lets jobs in.
create table engine_concurrency (
  key text primary key
);

-- When to look at a key again. Only ever inserted and deleted, so that jobs of many keys that
-- start or end in one statement cannot deadlock with others.
create table engine_concurrency_look (
  key text not null,
  look_at bigint not null
);
create index engine_concurrency_look_at on engine_concurrency_look (look_at);

create function engine_look_when_due() returns trigger language plpgsql as $$
begin
  insert into engine_concurrency_look (key, look_at)
  values (new.concurrency_key, new.scheduled_for);
  return null;
end
$$;
create trigger engine_job_held after insert or update of scheduled_for on engine_job_live
  for each row when (new.held) execute function engine_look_when_due();

-- However a job of a key ends (its row leaves the live part), the next one is let in. The NOTIFY
-- stands inside the transaction, unlike all others: only jobs with a limit pay for it, and no
-- way in which a job may end can forget it.
create function engine_look_now() returns trigger language plpgsql as $$
begin
  insert into engine_concurrency_look (key, look_at)
  values (old.concurrency_key, 0);
  perform pg_notify('engine_queued', '');
  return null;
end
$$;
create trigger engine_job_left after delete on engine_job_live
  for each row when (old.concurrency_key is not null and not old.held)
  execute function engine_look_now();

-- Lets jobs of the keys that are to be looked at into the queue: as many as the limit of the
-- first one leaves room for. What counts: jobs of the key that were let in and are not over, and
-- those that ended within its window.
create function engine_let_in(due_at bigint) returns void
language plpgsql
set enable_sort = off
set enable_bitmapscan = off
set enable_seqscan = off
as $$
declare
  looked text;
  head record;
  recent bigint[];
  room bigint;
begin
  if not exists (select 1 from engine_concurrency_look where look_at <= due_at limit 1) then
    return;
  end if;
  for looked in
    with look as (
      delete from engine_concurrency_look
      where ctid = any (array(
        select ctid
        from engine_concurrency_look
        where look_at <= due_at
        order by look_at
        limit 1000
        for update skip locked))
      returning key
    )
    -- In one order, so that two processes cannot wait for each other.
    select distinct key from look order by key
  loop
    insert into engine_concurrency (key) values (looked) on conflict do nothing;
    perform 1 from engine_concurrency where key = looked for update;

    -- The first that waits says how many may run; none means that there is nothing to let in.
    for head in
      select concurrency_limit, coalesce(concurrency_window_s, 0) * 1000::bigint as window_ms
      from engine_job_live
      where concurrency_key = looked and held and scheduled_for <= due_at
      order by priority desc, scheduled_for, id
      limit 1
    loop
      recent := array(
        select completed_at
        from engine_job_done
        where concurrency_key = looked and completed_at > due_at - head.window_ms
        order by completed_at
        limit head.concurrency_limit);
      room := head.concurrency_limit - cardinality(recent) - (
        select count(*)
        from engine_job_live
        where concurrency_key = looked and not held);

      update engine_job_live
      set held = false
      where id = any (array(
        select id
        from engine_job_live
        where concurrency_key = looked and held and scheduled_for <= due_at
        order by priority desc, scheduled_for, id
        limit greatest(room, 0)
        for update skip locked));
      if cardinality(recent) > 0 then
        insert into engine_concurrency_look (key, look_at)
        values (looked, recent[1] + head.window_ms);
      end if;
    end loop;
  end loop;
end
$$;

-- As before, with one step in front and without the jobs that are held.
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
