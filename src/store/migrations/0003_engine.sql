-- Scripts: a row is one immutable version. The head of a path is its only row that is neither
-- archived nor deleted; the unique index makes two deploys on one parent impossible.
create table engine_script (
  workspace text not null,
  hash text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  parent_hashes text[] not null default '{}',
  summary text not null,
  description text not null,
  content text not null,
  language text not null,
  kind text not null,
  schema json not null,
  lock text,
  created_by text not null,
  created_at bigint not null,
  archived boolean not null default false,
  deleted boolean not null default false,
  is_template boolean not null,
  extra_perms jsonb not null default '{}',
  tag text,
  timeout_s integer,
  ws_error_handler_muted boolean not null,
  auto_kind text,
  has_preprocessor boolean not null,
  deployment_msg text,
  rerun_on_crash boolean not null,
  isolation text not null,
  extra json not null default '{}',
  parameters text[] not null,
  bundle_hash text not null,
  primary key (workspace, hash)
);
create unique index engine_script_head on engine_script (workspace, path)
  where not archived and not deleted;
create index engine_script_history on engine_script (workspace, path, created_at desc);
create index engine_script_newest on engine_script (workspace, created_at desc);

-- What runs: a bundle (TypeScript) or the source (Python, Bash), under the hash of its content.
create table engine_bundle (
  hash text primary key,
  code text not null,
  created_at bigint not null
);

-- Jobs: one table for every query, two parts on disk. The live part stays small whatever the
-- history, so claiming costs the same with a thousand stored jobs as with a million.
create table engine_job (
  id uuid not null,
  finished boolean not null,
  workspace text not null,
  kind text not null,
  path text,
  owner text generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  hash text,
  language text,
  args json not null,
  raw_code text,
  bundle_hash text,
  parameters text[] not null default '{}',
  tag text not null,
  priority smallint not null default 0,
  created_by text not null,
  permissioned_as text not null,
  email text not null,
  scopes text[],
  created_at bigint not null,
  scheduled_for bigint not null,
  parent_job uuid,
  root_job uuid,
  is_flow_step boolean not null default false,
  trigger_kind text,
  visible_to_owner boolean not null default true,
  timeout_s integer,
  rerun_on_crash boolean not null default true,
  isolation text not null default 'warm',
  labels text[],
  -- While it lives.
  running boolean not null default false,
  worker text,
  attempt smallint not null default 0,
  started_at bigint,
  token_hash text,
  -- How it ended; `canceled` may be set before the end, when the worker has yet to stop it.
  canceled boolean not null default false,
  canceled_by text,
  canceled_reason text,
  completed_at bigint,
  duration_ms integer,
  success boolean,
  result json,
  mem_peak_kb integer,
  deleted boolean not null default false,
  primary key (id, finished)
) partition by list (finished);

create table engine_job_live partition of engine_job for values in (false)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
        autovacuum_analyze_scale_factor = 0.05, autovacuum_analyze_threshold = 500);
create table engine_job_done partition of engine_job for values in (true);

-- No index by worker: ending a job would use it beside the primary key and walk every dead row
-- of that worker since the last vacuum (8,000 after ten seconds of load, half of all CPU).
-- The claim walks this in its own order and filters by tag inside the index: with the tag first
-- it would have to sort the backlog (100,000 queued: 60 claims a second against 5,600).
create index engine_job_claim on engine_job_live (priority desc, scheduled_for, id)
  include (tag) where not running;
create index engine_job_newest on engine_job (workspace, created_at desc, id desc);
create index engine_job_path on engine_job (workspace, path, created_at desc);
create index engine_job_parent on engine_job (parent_job) where parent_job is not null;

-- Claims up to `slots` due jobs for one worker, giving each the hash of a token of its own.
-- A function, because only there can the planner settings stand: on a queue table whose
-- statistics lag it would otherwise pick bitmap scan and sort (5.8 ms a claim against 0.035).
create function engine_claim(
  claimer text, tags text[], due_at bigint, slots integer, token_hashes text[]
) returns setof engine_job_live
language sql
set enable_sort = off
set enable_bitmapscan = off
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
  -- Materialized: a join may run a sub-select once a row, and then claim more than it should.
  with due as materialized (
    select live.id
    from engine_job_live as live
    where not live.running
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

-- What a job wrote, in pieces; `start` and `stop` count UTF-16 units from the log's beginning.
create table engine_job_log (
  job_id uuid not null,
  start integer not null,
  stop integer not null,
  content text not null,
  primary key (job_id, start)
);

-- Worker processes. A row whose ping is old, or whose process is gone, is a dead worker.
create table engine_worker (
  worker text primary key,
  -- Names the machine and its pid namespace, so that a neighbour may check `pid` for life.
  machine text not null,
  pid integer not null,
  process_started text not null,
  worker_group text not null,
  started_at bigint not null,
  ping_at bigint not null,
  ip text not null,
  jobs_executed integer not null default 0,
  tags text[] not null,
  version text not null,
  last_job_id uuid,
  last_job_workspace text,
  memory_bytes bigint,
  vcpus integer,
  isolation text not null
);
