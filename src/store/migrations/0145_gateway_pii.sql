-- What models see in place of personal values, by person, and how a workspace protects them.

create table gateway_pii_settings (
  workspace text primary key,
  enabled boolean not null,
  strategy text not null check (strategy in ('pseudonymize', 'mask')),
  types text[] not null,
  phone_regions text[] not null,
  patterns jsonb not null,
  crossings jsonb not null,
  updated_by text not null,
  updated_at bigint not null
);

-- The map of a person, one more for each delegation. Its key encrypts the values; it is sealed with
-- the key of the workspace. A map that is forgotten is a row that is deleted.
create table gateway_pii_owner (
  id uuid primary key,
  workspace text not null,
  user_id text not null,
  namespace text not null,
  sealed_key text not null,
  created_at bigint not null,
  unique (workspace, user_id, namespace)
);

-- The last number of each kind that a person has, over all of their maps and after they were
-- forgotten: an old token never means somebody else.
create table gateway_pii_counter (
  workspace text not null,
  user_id text not null,
  type text not null,
  last integer not null,
  primary key (workspace, user_id, type)
);

-- `sealed` is null after a day: what stays says that there was something, and the same value finds
-- its number again. `digest` is an HMAC under the key of the map.
create table gateway_pii_token (
  owner_id uuid not null references gateway_pii_owner (id) on delete cascade,
  type text not null,
  number integer not null,
  digest text not null,
  sealed text,
  services text[] not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  used_at bigint,
  uses integer not null default 0,
  primary key (owner_id, type, number),
  unique (owner_id, type, digest)
);
create index gateway_pii_token_live on gateway_pii_token (expires_at) where sealed is not null;
create index gateway_pii_token_expired on gateway_pii_token (expires_at) where sealed is null;
create index gateway_pii_token_newest on gateway_pii_token (owner_id, seen_at desc);
