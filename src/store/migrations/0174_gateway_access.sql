-- Who may use a service of a workspace, where an admin said so: principals, `u/<name>` and
-- `g/<group>`. Null is the usual: everybody reads, and who may change items here may there.
create table gateway_access (
  workspace text not null,
  service text not null,
  readers jsonb,
  writers jsonb,
  set_by text not null,
  set_at bigint not null,
  primary key (workspace, service)
);
