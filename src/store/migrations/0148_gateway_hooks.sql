-- Hooks of calls of services: those of the company (no user) and those of people, as the YAML that
-- they were written in. What is built in stands in the code; here is only what was switched.
create table gateway_hook (
  id uuid primary key,
  workspace text not null,
  user_id uuid,
  name text not null,
  version integer not null,
  source text not null,
  -- Kept beside the source: a policy that cannot be read any more has to refuse.
  purpose text not null check (purpose in ('policy', 'enrichment', 'notify')),
  enabled boolean not null,
  -- What its webhooks are signed with, encrypted.
  secret text,
  updated_by text not null,
  updated_at bigint not null
);
create unique index gateway_hook_name on gateway_hook (workspace, user_id, name)
  nulls not distinct;

create table gateway_hook_version (
  hook_id uuid not null references gateway_hook (id) on delete cascade,
  version integer not null,
  source text not null,
  updated_by text not null,
  updated_at bigint not null,
  primary key (hook_id, version)
);

create table gateway_hook_switch (
  workspace text not null,
  name text not null,
  enabled boolean not null,
  updated_by text not null,
  updated_at bigint not null,
  primary key (workspace, name)
);
