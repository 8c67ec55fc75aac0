-- Services that an admin describes in a YAML file of their own; the file is the whole truth.
create table gateway_extension (
  workspace text not null,
  name text not null,
  source text not null,
  updated_by text not null,
  updated_at bigint not null,
  primary key (workspace, name)
);
