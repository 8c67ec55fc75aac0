-- Schedules: when the next tick is due stands in the row, so whoever moves it on owns the tick.
create table engine_schedule (
  workspace text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  schedule text not null,
  timezone text not null,
  enabled boolean not null,
  script_path text not null,
  is_flow boolean not null,
  args json not null,
  summary text not null,
  description text not null,
  labels text[] not null,
  extra_perms jsonb not null,
  -- Handlers, retry, tag and the other settings that no query asks for.
  options json not null,
  paused_until bigint,
  -- Whose rights the jobs have: this person's, inside the scopes of the token that wrote it.
  permissioned_as text not null,
  email text not null,
  scopes text[],
  edited_by text not null,
  edited_at bigint not null,
  -- Why the last tick started nothing.
  error text,
  -- Counts edits: a tick that was read before one must not start what it read.
  rev integer not null default 0,
  next_at bigint,
  -- Runs that ended alike in a row, and the last one that failed.
  failures integer not null default 0,
  successes integer not null default 0,
  last_failure uuid,
  primary key (workspace, path)
);
create index engine_schedule_due on engine_schedule (next_at) where next_at is not null;
create index engine_schedule_runnable on engine_schedule (workspace, script_path);

-- Runs of schedules whose end nobody has looked at yet.
create table engine_schedule_run (
  job_id uuid primary key,
  workspace text not null,
  path text not null
);

alter table engine_job add column schedule_path text;
create index engine_job_schedule on engine_job (workspace, schedule_path, created_at desc)
  where schedule_path is not null;
