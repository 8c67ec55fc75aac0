-- MCP servers that an admin made services of a workspace.
create table gateway_upstream (
  workspace text not null,
  name text not null,
  title text not null,
  description text not null,
  -- Over HTTP: where it is. Null: a program on the server's machine.
  address text,
  -- { command, args, readable }; its environment is sealed beside it.
  program json,
  sealed_env text,
  auth json not null,
  limit_ms integer not null,
  -- Tools that cannot be used, with the reason: [{ name, why }].
  unusable json not null,
  updated_by text not null,
  updated_at bigint not null,
  primary key (workspace, name)
);

-- Their tools: as last seen, and as an admin approved them. Both are canonical JSON.
create table gateway_upstream_tool (
  workspace text not null,
  upstream text not null,
  name text not null,
  seen text not null,
  seen_digest text not null,
  seen_at bigint not null,
  gone boolean not null default false,
  pinned text,
  pinned_digest text,
  -- An admin's word, in the place of the rule's.
  class text,
  listed boolean not null default true,
  approved_by text,
  approved_at bigint,
  primary key (workspace, upstream, name),
  foreign key (workspace, upstream) references gateway_upstream (workspace, name)
    on delete cascade
);
