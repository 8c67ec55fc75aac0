-- OAuth at services: the apps that customers registered there, consents under way, and how the
-- tokens of a connection are doing.

-- `sealed` is the client secret under the key of the workspace, bound to the service.
create table gateway_oauth_app (
  workspace text not null,
  service text not null,
  client_id text not null,
  sealed text not null,
  -- { issuer?, endpoints?, scopes }: what the declaration of the service does not say.
  settings json not null,
  updated_by text not null,
  updated_at bigint not null,
  primary key (workspace, service)
);

-- A consent under way, of one person in one session; the row ends with its first answer.
create table gateway_oauth_consent (
  state_hash text primary key,
  workspace text not null,
  service text not null,
  user_id uuid not null,
  session_id text not null,
  sealed text not null,
  expires_at bigint not null
);
create index gateway_oauth_consent_expires on gateway_oauth_consent (expires_at);

alter table gateway_credential
  -- When a new token is asked for, and when the one at hand ends; null: nobody knows.
  add column renew_at bigint,
  add column expires_at bigint,
  add column renewed_at bigint,
  add column failed_at bigint,
  -- Why the last try failed.
  add column problem text,
  -- No new try helps: the person connects anew.
  add column ended boolean not null default false;
