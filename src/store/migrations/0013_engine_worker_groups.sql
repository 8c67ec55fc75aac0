-- What a worker group serves; a group without a row takes what its workers say.
create table engine_worker_group (
  name text primary key,
  -- Windmill's shape: `{"worker_tags": [...]}`.
  config json not null,
  edited_by text not null,
  edited_at bigint not null
);

-- The share of a worker's slots that was busy: since it started, and lately.
alter table engine_worker
  add column occupancy real not null default 0,
  add column occupancy_15s real not null default 0,
  add column occupancy_5m real not null default 0,
  add column occupancy_30m real not null default 0,
  add column slots integer not null default 0,
  add column running integer not null default 0,
  add column memory_total_bytes bigint,
  add column memory_used_bytes bigint;
