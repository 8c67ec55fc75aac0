-- What people allowed clients (assistants, editors) to do in their name. Deleting the row ends
-- everything that came from it: tokens, codes, refresh tokens.
create table identity_connection (
  id uuid primary key,
  -- The authorization server's name for the consent; no secret.
  grant_id text not null unique,
  user_id uuid not null references identity_user (id) on delete cascade,
  client_id text not null,
  client_name text not null,
  -- The only workspace; null: all of the person's.
  workspace text references identity_workspace (id) on delete cascade,
  scopes text[] not null,
  read_only boolean not null,
  -- The MCP address that it was made for, as a path; null: any of this server.
  audience text,
  created_at bigint not null,
  -- When the last refresh token ends.
  expires_at bigint not null
);
create index identity_connection_user on identity_connection (user_id, created_at desc);
create index identity_connection_expiry on identity_connection (expires_at);

-- What the authorization server keeps: clients, codes, refresh tokens, consents under way. Under
-- the SHA-256 of the id, because most ids are secrets.
create table identity_oauth_artifact (
  model text not null,
  hash text not null,
  uid text,
  grant_id text references identity_connection (grant_id) on delete cascade,
  payload json not null,
  consumed_at bigint,
  expires_at bigint,
  primary key (model, hash)
);
create index identity_oauth_artifact_uid on identity_oauth_artifact (uid) where uid is not null;
create index identity_oauth_artifact_grant on identity_oauth_artifact (grant_id)
  where grant_id is not null;
create index identity_oauth_artifact_expiry on identity_oauth_artifact (expires_at)
  where expires_at is not null;

alter table identity_token
  add column connection text references identity_connection (grant_id) on delete cascade,
  add column audience text;
create index identity_token_connection on identity_token (connection)
  where connection is not null;
