-- What runs after runs of schedules that name no handler themselves when they are made.
create table engine_schedule_default (
  workspace text not null,
  kind text not null check (kind in ('error', 'recovery', 'success')),
  -- As in engine_schedule.options.
  options json not null,
  primary key (workspace, kind)
);
