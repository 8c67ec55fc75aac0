-- What agents keep of earlier conversations: a row for each run, so that a step which runs again
-- after a crash replaces what it wrote. Ids of jobs begin with the time: they give the order.
create table engine_agent_memory (
  workspace text not null,
  -- Whom the runs were permissioned as: nobody else's runs read it.
  owner text not null,
  -- Empty for previews.
  flow_path text not null,
  step_id text not null,
  memory_id text not null,
  job_id uuid not null,
  messages json not null,
  kept_at bigint not null,
  primary key (workspace, owner, flow_path, step_id, memory_id, job_id)
);

create index engine_agent_memory_age on engine_agent_memory (kept_at);
