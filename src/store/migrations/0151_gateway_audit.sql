-- One row for every call of a service, refused ones too. No parameters, no answers, no addresses:
-- people are in it by the id of their account alone.
create table gateway_audit (
  id uuid primary key,
  at bigint not null,
  workspace text not null,
  subject text,
  actor text,
  delegation_id text,
  grant_id text,
  job_id text,
  instance text,
  service text not null,
  action text not null,
  class text,
  decision text not null,
  reason_code text,
  hook text,
  pii_counts jsonb,
  duration_ms double precision,
  upstream_ms double precision,
  bytes_in bigint not null,
  bytes_out bigint not null,
  client text,
  request_hash text,
  schema_hash text,
  caused_by text,
  -- Of a call that is under way: when it counts as lost.
  leased_until bigint,
  -- Its place among the rows that the same process wrote of this workspace; null while under way.
  chain uuid,
  seq bigint,
  prev_hash bytea,
  row_hash bytea
);
create index gateway_audit_newest on gateway_audit (workspace, at, id);
create index gateway_audit_subject on gateway_audit (workspace, subject, at, id);
create unique index gateway_audit_link on gateway_audit (chain, seq);
create index gateway_audit_open on gateway_audit (leased_until) where seq is null;

-- A process opens one for each workspace and day that it writes rows of.
create table gateway_audit_chain (
  id uuid primary key,
  workspace text not null,
  opened_at bigint not null
);
create index gateway_audit_chain_workspace on gateway_audit_chain (workspace, opened_at);

-- Signed once a day: where the chains of the workspace stood, and which were deleted for age.
create table gateway_audit_anchor (
  workspace text not null,
  number bigint not null,
  at bigint not null,
  chains jsonb not null,
  purged jsonb not null,
  prev_hash text not null,
  hash text not null,
  signature text not null,
  primary key (workspace, number)
);

-- How much went through, by the hour and by the day.
create table gateway_audit_bucket (
  workspace text not null,
  kind text not null check (kind in ('hour', 'day')),
  starts_at bigint not null,
  subject text not null,
  service text not null,
  action text not null,
  client text not null,
  calls bigint not null,
  bytes_in bigint not null,
  bytes_out bigint not null,
  failed_calls bigint not null,
  failed_bytes bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  primary key (workspace, kind, starts_at, subject, service, action, client)
);

-- Somebody got more in an hour than the workspace finds usual: once for each person and hour.
create table gateway_audit_alert (
  workspace text not null,
  starts_at bigint not null,
  subject text not null,
  at bigint not null,
  bytes_out bigint not null,
  limit_bytes bigint not null,
  primary key (workspace, starts_at, subject)
);

create table gateway_audit_settings (
  workspace text primary key,
  retention_days integer not null,
  alert_mb_per_hour integer not null,
  reads_without_audit boolean not null
);
