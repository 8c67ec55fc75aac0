-- The flow around a step, which its code is told; and jobs whose result stands for others with the
-- same code, input and rights while it is fresh enough.
alter table engine_job
  add column flow_path text;

create table engine_flow_cache (
  key text primary key,
  job_id uuid not null,
  expires_at bigint not null
);
create index engine_flow_cache_old on engine_flow_cache (expires_at);
