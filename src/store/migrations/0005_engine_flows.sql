-- Flows: a path with its head version. Versions are whole numbers that never change.
create table engine_flow (
  workspace text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  version bigint not null,
  archived boolean not null default false,
  extra_perms jsonb not null default '{}',
  edited_by text not null,
  edited_at bigint not null,
  primary key (workspace, path)
);
create index engine_flow_newest on engine_flow (workspace, edited_at desc);

create table engine_flow_version (
  version bigint generated always as identity primary key,
  workspace text not null,
  path text not null,
  summary text not null,
  description text not null,
  value json not null,
  -- Bundle, parameters and tag of each rawscript, by module id.
  compiled json not null,
  schema json not null,
  tag text,
  timeout_s integer,
  extra json not null default '{}',
  deployment_msg text,
  created_by text not null,
  created_at bigint not null
);
create index engine_flow_version_path on engine_flow_version (workspace, path, version desc);

-- A flow run is a job whose state is here; no worker holds it. `flow_rev` counts its transitions:
-- who writes the next one names the one that it saw.
alter table engine_job
  add column flow_state json,
  add column flow_rev integer not null default 0,
  add column flow_version bigint,
  -- Of a loop's iteration or a branch: where in the flow its modules stand, and the job whose
  -- row holds the flow when no version does.
  add column flow_node text,
  add column flow_source uuid,
  -- Of a preview: the flow itself with its compiled modules.
  add column raw_flow json,
  -- What the running loop goes over; written once, so apart from the state.
  add column flow_items json,
  add column flow_step_id text,
  add column is_skipped boolean not null default false;

create index engine_job_flows on engine_job_live (created_at)
  where running and worker is null;
