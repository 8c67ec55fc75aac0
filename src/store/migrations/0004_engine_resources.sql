-- The key of a workspace, wrapped by the master key, which never enters the database.
create table engine_workspace_key (
  workspace text primary key,
  wrapped text not null,
  rotated_at bigint not null
);

-- Variables: `value` is clear text, or ciphertext under the workspace's key when `is_secret`.
create table engine_variable (
  workspace text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  value text not null,
  is_secret boolean not null,
  description text not null,
  extra_perms jsonb not null default '{}',
  account integer,
  is_oauth boolean not null default false,
  expires_at bigint,
  labels text[] not null default '{}',
  created_by text not null,
  created_at bigint not null,
  edited_by text not null,
  edited_at bigint not null,
  primary key (workspace, path)
);

-- Resources: `value` is JSON whose texts may refer to others (`$var:`, `$res:`).
create table engine_resource (
  workspace text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  resource_type text not null,
  value json not null,
  description text not null,
  extra_perms jsonb not null default '{}',
  is_oauth boolean not null default false,
  labels text[] not null default '{}',
  created_by text not null,
  created_at bigint not null,
  edited_by text not null,
  edited_at bigint not null,
  primary key (workspace, path)
);
create index engine_resource_by_type on engine_resource (workspace, resource_type, path);

-- Types of a workspace. The starter set is in the code; those of `admins` are for everybody.
create table engine_resource_type (
  workspace text not null,
  name text not null,
  display_name text,
  description text not null,
  schema json not null,
  format_extension text,
  is_fileset boolean not null default false,
  created_by text not null,
  edited_at bigint not null,
  primary key (workspace, name)
);
