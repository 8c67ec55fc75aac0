-- HTTP routes. `route_key` is the whole route with every parameter as `:`, so that two routes that
-- would answer the same addresses cannot both be stored.
create table engine_http_trigger (
  workspace text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  route_path text not null,
  route_key text not null,
  workspaced_route boolean not null,
  http_method text not null,
  script_path text not null,
  is_flow boolean not null,
  request_type text not null,
  authentication_method text not null,
  authentication_resource text,
  wrap_body boolean not null,
  raw_string boolean not null,
  enabled boolean not null,
  summary text not null,
  description text not null,
  labels text[] not null,
  extra_perms jsonb not null,
  -- Whose rights the runs have, inside the scopes of the token that wrote it.
  permissioned_as text not null,
  email text not null,
  scopes text[],
  edited_by text not null,
  edited_at bigint not null,
  primary key (workspace, path)
);
create unique index engine_http_trigger_route on engine_http_trigger (http_method, route_key);
create index engine_http_trigger_runnable on engine_http_trigger (workspace, script_path);
