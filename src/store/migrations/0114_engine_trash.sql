-- What was deleted, as its rows were stored: scripts with all versions, flows, apps with theirs,
-- variables (secrets stay sealed) and resources. Kept for 30 days.
create table engine_trash (
  id bigint generated always as identity primary key,
  workspace text not null,
  kind text not null check (kind in ('script', 'flow', 'app', 'variable', 'resource')),
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  -- What it granted; a restored item has these, whatever its rows say.
  extra_perms jsonb not null,
  deleted_by text not null,
  deleted_at bigint not null,
  rows json not null,
  -- Of an app.
  versions json
);
create index engine_trash_newest on engine_trash (workspace, deleted_at desc, id desc);
create index engine_trash_expiry on engine_trash (deleted_at);

-- Inserts rows as `row_to_json` wrote them; a column that is younger than they are has its default.
create function engine_restore_rows(target regclass, kept json) returns void language plpgsql as $$
declare
  columns text := array_to_string(array(
    select quote_ident(attname)
    from pg_attribute
    where attrelid = target
      and attnum > 0
      and not attisdropped
      and attgenerated = ''
      and attname in (select json_object_keys(kept -> 0))
    order by attnum), ', ');
begin
  execute format(
    'insert into %1$s (%2$s) overriding system value '
      'select %2$s from json_populate_recordset(null::%1$s, $1)', target, columns)
  using (kept);
end
$$;

-- Puts an item back where it was and takes it out of the trash; 23505 when its path is taken.
create function engine_restore(item bigint) returns void language plpgsql as $$
declare
  kept engine_trash;
  target regclass;
begin
  kept := (select whole from engine_trash as whole where whole.id = item);
  target := ('engine_' || kept.kind)::regclass;
  perform engine_restore_rows(target, kept.rows);
  if kept.versions is not null then
    perform engine_restore_rows('engine_app_version', kept.versions);
  end if;
  execute format('update %s set extra_perms = $1 where workspace = $2 and path = $3', target)
  using (kept.extra_perms), (kept.workspace), (kept.path);
  delete from engine_trash where id = item;
end
$$;
