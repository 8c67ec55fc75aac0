-- Who went by which name before. Items, grants and jobs of a person stand under the name, so that
-- nobody else may take it; whoever comes back may.
create table identity_former_name (
  workspace text not null references identity_workspace (id) on delete cascade,
  username text not null,
  user_id uuid not null
);
create unique index identity_former_name_key on identity_former_name (workspace, lower(username));
