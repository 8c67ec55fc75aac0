-- Flows that act as their owner: what a workspace allows, who may ask, what people granted.
create table gateway_delegation (
  workspace text primary key,
  enabled boolean not null,
  -- Are grants for nothing but `read` active without anybody's approval?
  approve_reads boolean not null default false,
  changed_by text not null,
  changed_at bigint not null
);

-- Windmill servers beside the own engine, which is the instance `local` and stands in no row.
create table gateway_instance (
  workspace text not null,
  id text not null,
  name text not null,
  address text not null,
  remote_workspace text not null,
  created_by text not null,
  created_at bigint not null,
  primary key (workspace, id)
);

-- Who may exchange tokens, each for one instance.
create table gateway_client (
  id text primary key,
  workspace text not null,
  instance text not null,
  name text not null,
  -- SHA-256; null where it proves itself by a key.
  secret_hash text,
  -- JSON Web Key, public.
  public_key json,
  created_by text not null,
  created_at bigint not null,
  used_at bigint
);
create index gateway_client_workspace on gateway_client (workspace, created_at desc);

-- One for each person and flow, whoever asks: what was approved, and for which code.
create table gateway_grant (
  id uuid primary key,
  workspace text not null,
  user_id uuid not null,
  instance text not null,
  remote_workspace text not null,
  flow_path text not null,
  client_id text,
  -- pending, active or revoked; that it expired is a matter of time.
  status text not null,
  services json not null,
  declaration_hash text not null,
  -- What runs and who wrote it, and its hash: another code asks again.
  code json not null,
  code_hash text not null,
  approved_by text,
  approved_at bigint,
  ended_by text,
  ended_at bigint,
  created_at bigint not null,
  last_used_at bigint,
  expires_at bigint not null,
  unique (workspace, user_id, instance, remote_workspace, flow_path)
);
create index gateway_grant_newest on gateway_grant (workspace, created_at desc, id);

-- What an admin lets a flow do beyond read and write, for a while.
create table gateway_high_risk_grant (
  id uuid primary key,
  workspace text not null,
  -- Null: whoever the flow acts for.
  user_id uuid,
  instance text not null,
  remote_workspace text not null,
  flow_path text not null,
  service text not null,
  -- Null: every action of the class.
  action text,
  reason text not null,
  granted_by text not null,
  created_at bigint not null,
  expires_at bigint not null,
  ended_by text,
  ended_at bigint
);
create index gateway_high_risk_grant_flow
  on gateway_high_risk_grant (workspace, flow_path, expires_at);

-- Of a delegated token only the hash is kept.
create table gateway_delegated_token (
  hash text primary key,
  id uuid not null,
  grant_id uuid not null references gateway_grant (id) on delete cascade,
  client_id text,
  actor text not null,
  job_id text not null,
  prefix text not null,
  services json not null,
  issued_at bigint not null,
  expires_at bigint not null
);
create index gateway_delegated_token_grant on gateway_delegated_token (grant_id);
create index gateway_delegated_token_expiry on gateway_delegated_token (expires_at);

-- Every attempt to exchange a token, refused or not; its id is what the caller is told.
create table gateway_exchange (
  id uuid primary key,
  workspace text,
  at bigint not null,
  client_id text,
  instance text,
  job_id text,
  actor text,
  subject text,
  scope text,
  -- Null: a token was given.
  reason_code text
);
create index gateway_exchange_newest on gateway_exchange (workspace, at desc, id);
create index gateway_exchange_at on gateway_exchange (at);

-- Nonces of jobs that were used: none is used twice, and none too often.
create table gateway_exchange_nonce (
  place text not null,
  job_id text not null,
  nonce_hash text not null,
  expires_at bigint not null,
  primary key (place, job_id, nonce_hash)
);
create index gateway_exchange_nonce_expiry on gateway_exchange_nonce (expires_at);
