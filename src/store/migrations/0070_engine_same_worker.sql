-- Flows whose steps share a folder (same_worker): the run that the folder belongs to stands in the
-- row of each step, and which worker has the folder in a row of its own.
alter table engine_job
  add column shared_folder uuid;

create index engine_job_shared_folder on engine_job_live (shared_folder)
  where shared_folder is not null;

create table engine_job_home (
  folder uuid primary key,
  worker text not null,
  created_at bigint not null
);
