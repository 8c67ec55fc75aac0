-- Saved inputs: arguments under a name, for one script or flow, of one person.
create table engine_input (
  id uuid primary key,
  workspace text not null,
  kind text not null check (kind in ('script', 'flow')),
  path text not null,
  name text not null,
  args json not null,
  is_public boolean not null,
  user_id uuid not null,
  created_by text not null,
  created_at bigint not null
);
create index engine_input_item on engine_input (workspace, kind, path, created_at desc);

-- Gone with their item, so that another one at its path does not begin with them; a renamed flow
-- keeps its own. The argument is the kind.
create function engine_input_follow() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    update engine_input
    set path = new.path
    where workspace = old.workspace
      and kind = tg_argv[0]
      and path = old.path;
  else
    delete from engine_input
    where workspace = old.workspace
      and kind = tg_argv[0]
      and path = old.path;
  end if;
  return null;
end
$$;
create trigger engine_input_script after delete on engine_script
  for each row execute function engine_input_follow('script');
create trigger engine_input_flow after delete on engine_flow
  for each row execute function engine_input_follow('flow');
create trigger engine_input_flow_path after update of path on engine_flow
  for each row when (old.path <> new.path) execute function engine_input_follow('flow');
