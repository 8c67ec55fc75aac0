-- What server and worker processes log, a row for each process and minute. Bounded: a process keeps
-- so much a minute, and the oldest rows go first.
create table engine_service_log (
  -- The name of the process's worker; one that only serves has one as well.
  worker text not null,
  minute_at bigint not null,
  hostname text not null,
  mode text not null check (mode in ('server', 'worker')),
  worker_group text not null,
  -- One JSON object a line, each with its line break.
  lines text not null,
  ok_lines integer not null,
  err_lines integer not null,
  size_bytes integer not null,
  primary key (worker, minute_at)
);

create index engine_service_log_newest
  on engine_service_log (minute_at desc) include (size_bytes);
