-- High-risk actions that an admin has enabled, for everybody. One for a single delegation stands
-- with its grant.
create table gateway_gate (
  workspace text not null,
  service text not null,
  action text not null,
  reason text not null,
  enabled_by text not null,
  enabled_at bigint not null,
  expires_at bigint,
  primary key (workspace, service, action)
);

-- What was asked for and not enabled: one row a person and action, for admins to decide.
create table gateway_blocked (
  workspace text not null,
  service text not null,
  action text not null,
  user_id uuid not null,
  username text not null,
  times integer not null default 1,
  last_at bigint not null,
  primary key (workspace, service, action, user_id)
);
create index gateway_blocked_newest on gateway_blocked (workspace, last_at desc);

-- How a category of risk is treated where it is not as usual.
create table gateway_category (
  workspace text not null,
  category text not null,
  gate text not null check (gate in ('closed', 'confirmed')),
  primary key (workspace, category)
);
