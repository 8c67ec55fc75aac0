-- Scripts that only somebody's own files hold, kept for a day, so that a preview or a lock can
-- import them. Named by the SHA-256 of their content.
create table engine_local_script (
  workspace text not null,
  hash text not null,
  content text not null,
  stored_at bigint not null,
  primary key (workspace, hash)
);
create index engine_local_script_age on engine_local_script (stored_at);
