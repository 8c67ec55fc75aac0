-- The services that a workspace uses, and what people prove themselves with.
create table gateway_service (
  workspace text not null,
  name text not null,
  base_url text,
  updated_by text not null,
  updated_at bigint not null,
  primary key (workspace, name)
);

-- Nothing is changed in any service while this is on.
create table gateway_settings (
  workspace text primary key,
  read_only boolean not null default false
);

-- `user_id` is all zeros for the one that everybody shares. `sealed` is ciphertext under the key
-- of the workspace, bound to service and person.
create table gateway_credential (
  workspace text not null,
  service text not null,
  user_id uuid not null,
  kind text not null,
  account text not null,
  sealed text not null,
  created_at bigint not null,
  primary key (workspace, service, user_id)
);
create index gateway_credential_user on gateway_credential (user_id);
