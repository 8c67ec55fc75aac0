-- What people have starred, by account: a name that passes to somebody else takes no stars along.
create table engine_favorite (
  workspace text not null,
  kind text not null check (kind in ('script', 'flow', 'app')),
  path text not null,
  user_id uuid not null,
  created_at bigint not null,
  primary key (workspace, kind, path, user_id)
);
create index engine_favorite_user on engine_favorite (workspace, user_id);

-- A star goes where its item goes: another item at an old path was never starred, and tokens for
-- favourites must not reach it. The argument is the kind.
create function engine_favorite_follow() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    insert into engine_favorite (workspace, kind, path, user_id, created_at)
    select workspace, kind, new.path, user_id, created_at
    from engine_favorite
    where workspace = old.workspace
      and kind = tg_argv[0]
      and path = old.path
    on conflict do nothing;
  end if;
  delete from engine_favorite
  where workspace = old.workspace
    and kind = tg_argv[0]
    and path = old.path;
  return null;
end
$$;
create trigger engine_favorite_script after delete on engine_script
  for each row execute function engine_favorite_follow('script');
create trigger engine_favorite_flow after delete on engine_flow
  for each row execute function engine_favorite_follow('flow');
create trigger engine_favorite_app after delete on engine_app
  for each row execute function engine_favorite_follow('app');
create trigger engine_favorite_flow_path after update of path on engine_flow
  for each row when (old.path <> new.path) execute function engine_favorite_follow('flow');
create trigger engine_favorite_app_path after update of path on engine_app
  for each row when (old.path <> new.path) execute function engine_favorite_follow('app');
