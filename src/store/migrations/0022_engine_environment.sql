-- Variables that a workspace adds to the environment of its jobs; clear text, never secrets.
create table engine_environment (
  workspace text not null,
  name text not null,
  value text not null,
  primary key (workspace, name)
);
