-- Clients (assistants, editors) that made themselves known, or that an admin made known. Those that
-- describe themselves at an address of their own are not here.
create table identity_oauth_client (
  id text primary key,
  name text not null,
  client_uri text,
  redirect_uris text[] not null,
  -- SHA-256; null: a public client, which only PKCE proves.
  secret_hash text,
  -- SHA-256 of what it registered itself with; null: an admin made it, and it stays.
  digest text,
  created_by uuid references identity_user (id) on delete set null,
  created_at bigint not null,
  -- When somebody consented last; to begin with when it was made.
  used_at bigint not null
);
create index identity_oauth_client_digest on identity_oauth_client (digest, created_at desc)
  where digest is not null;
create index identity_oauth_client_unused on identity_oauth_client (used_at)
  where digest is not null;
create index identity_oauth_client_made on identity_oauth_client (created_at desc, id)
  where digest is null;

create index identity_connection_client on identity_connection (client_id);

-- They were kept here for a day; a client that is not known registers again.
delete from identity_oauth_artifact where model = 'Client';
