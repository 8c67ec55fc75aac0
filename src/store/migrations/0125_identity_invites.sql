-- Who is invited to which workspace, as what. Whoever has or gets an account under the address may
-- accept.
create table identity_invite (
  workspace text not null references identity_workspace (id) on delete cascade,
  email text not null,
  role text not null check (role in ('admin', 'developer', 'operator')),
  invited_by text not null,
  created_at bigint not null,
  primary key (workspace, email)
);
create index identity_invite_email on identity_invite (email);
