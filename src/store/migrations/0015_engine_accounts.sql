-- OAuth accounts behind variables: how a new access token is got before the old one ends. `sealed`
-- is JSON of the client's secret and the refresh token, under the workspace's key.
create table engine_account (
  id integer generated always as identity primary key,
  workspace text not null,
  client text not null,
  grant_type text not null check (grant_type in ('refresh_token', 'client_credentials')),
  token_url text not null,
  client_id text not null,
  scopes text[] not null default '{}',
  sealed text not null,
  expires_at bigint not null,
  refreshed_at bigint,
  refresh_error text,
  failed_at bigint,
  created_by text not null,
  created_at bigint not null
);
create index engine_account_workspace on engine_account (workspace, id);
