-- People, global by e-mail in small letters; what they are in a workspace is in identity_member.
create table identity_user (
  id uuid primary key,
  email text not null unique,
  name text,
  -- argon2id in PHC string form; null: nobody logs in with a password here.
  password_hash text,
  super_admin boolean not null default false,
  devops boolean not null default false,
  disabled boolean not null default false,
  created_at bigint not null
);
-- The last instance admin may not go: the check reads these few rows.
create index identity_user_super on identity_user (id) where super_admin and not disabled;

create table identity_workspace (
  id text primary key,
  name text not null,
  owner text not null,
  archived boolean not null default false,
  created_at bigint not null
);

create table identity_member (
  workspace text not null references identity_workspace (id) on delete cascade,
  user_id uuid not null references identity_user (id) on delete cascade,
  username text not null,
  role text not null check (role in ('admin', 'developer', 'operator')),
  disabled boolean not null default false,
  created_at bigint not null,
  primary key (workspace, user_id)
);
-- Two names that differ in capitals only would be taken for one another.
create unique index identity_member_username on identity_member (workspace, lower(username));
create index identity_member_user on identity_member (user_id);

-- The group `all` has no member rows: it holds everybody.
create table identity_group (
  workspace text not null references identity_workspace (id) on delete cascade,
  name text not null,
  summary text not null default '',
  extra_perms jsonb not null default '{}',
  created_at bigint not null,
  primary key (workspace, name)
);

create table identity_group_member (
  workspace text not null,
  group_name text not null,
  user_id uuid not null,
  primary key (workspace, group_name, user_id),
  foreign key (workspace, group_name) references identity_group (workspace, name)
    on delete cascade,
  foreign key (workspace, user_id) references identity_member (workspace, user_id)
    on delete cascade
);
create index identity_group_member_user on identity_group_member (workspace, user_id);

create table identity_folder (
  workspace text not null references identity_workspace (id) on delete cascade,
  name text not null,
  display_name text not null,
  summary text not null default '',
  owners text[] not null default '{}',
  extra_perms jsonb not null default '{}',
  -- Windmill's rules of whom items run as; kept as given.
  default_permissioned_as json,
  created_by text not null,
  edited_at bigint not null,
  primary key (workspace, name)
);

-- Tokens of people, sessions of the pages, and set-up links (which belong to nobody yet). Only the
-- SHA-256 is stored. `last_used_at` stands in no index, so that writing it stays cheap.
create table identity_token (
  id uuid primary key,
  hash text not null unique,
  prefix text not null,
  kind text not null check (kind in ('user', 'session', 'setup')),
  user_id uuid references identity_user (id) on delete cascade,
  label text,
  scopes text[],
  read_only boolean not null default false,
  workspace text references identity_workspace (id) on delete cascade,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint,
  check ((kind = 'setup') = (user_id is null))
) with (fillfactor = 85);
create index identity_token_user on identity_token (user_id, kind, created_at desc);
create index identity_token_expiry on identity_token (expires_at) where expires_at is not null;
