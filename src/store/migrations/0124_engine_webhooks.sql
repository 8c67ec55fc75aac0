-- The address of a workspace that is told of changes to its items, and what it is still to be told.
create table engine_webhook (
  workspace text primary key,
  address text not null,
  -- Nobody sends before that: somebody else is sending, or the last try has failed.
  next_at bigint not null default 0,
  -- Tries in a row that failed.
  failures integer not null default 0,
  -- Why the last one did.
  error text
);
create table engine_webhook_event (
  number bigint generated always as identity primary key,
  workspace text not null references engine_webhook on delete cascade,
  message json not null
);
create index engine_webhook_event_next on engine_webhook_event (workspace, number);

-- Noted in the commit that changes the item, however that comes about. The NOTIFY stands inside the
-- transaction, as for handlers: only workspaces with a webhook pay for it.
create function engine_webhook_note(place text, message json) returns void language plpgsql as $$
begin
  insert into engine_webhook_event (workspace, message)
  select workspace, message
  from engine_webhook
  where workspace = place;
  if found then
    perform pg_notify('engine_webhooks', '');
  end if;
end
$$;

-- Arguments: the word for the item, and the column that it is known by. No value of it is told.
create function engine_webhook_item() returns trigger language plpgsql as $$
declare
  known_by text := tg_argv[1];
  before text := case when tg_op <> 'INSERT' then to_jsonb(old) ->> known_by end;
  later text := case when tg_op <> 'DELETE' then to_jsonb(new) ->> known_by end;
  place text := coalesce(to_jsonb(new), to_jsonb(old)) ->> 'workspace';
  -- Items at a path may move.
  moves boolean := known_by = 'path' and tg_op = 'UPDATE';
  verb text := case tg_op when 'INSERT' then 'Create' when 'UPDATE' then 'Update' else 'Delete' end;
begin
  if tg_op = 'UPDATE' and (to_jsonb(new) ->> 'archived')::boolean
    and not (to_jsonb(old) ->> 'archived')::boolean
  then
    verb := 'Archive';
    moves := false;
  end if;
  perform engine_webhook_note(place, case
    when moves then json_build_object(
      'type', verb || tg_argv[0], 'workspace', place, 'old_path', before, 'new_path', later)
    else json_build_object(
      'type', verb || tg_argv[0], 'workspace', place, known_by, coalesce(later, before))
  end);
  return null;
end
$$;

create trigger engine_flow_webhook after insert or delete on engine_flow
  for each row execute function engine_webhook_item('Flow', 'path');
create trigger engine_flow_webhook_change after update of path, version, archived on engine_flow
  for each row when (
    (old.path, old.version, old.archived) is distinct from (new.path, new.version, new.archived))
  execute function engine_webhook_item('Flow', 'path');
create trigger engine_app_webhook after insert or delete on engine_app
  for each row execute function engine_webhook_item('App', 'path');
create trigger engine_app_webhook_change after update of path, version, edited_at on engine_app
  for each row when (
    (old.path, old.version, old.edited_at) is distinct from (new.path, new.version, new.edited_at))
  execute function engine_webhook_item('App', 'path');
create trigger engine_variable_webhook after insert or delete on engine_variable
  for each row execute function engine_webhook_item('Variable', 'path');
-- Not when the key of the workspace changes, nor when a token of an account is renewed.
create trigger engine_variable_webhook_change
  after update of path, value, edited_at on engine_variable
  for each row when (
    (old.path, old.edited_at) is distinct from (new.path, new.edited_at)
    or (not new.is_secret and old.value <> new.value))
  execute function engine_webhook_item('Variable', 'path');
-- States are what jobs remember between runs, and change with each.
create trigger engine_resource_webhook_new after insert on engine_resource
  for each row when (new.resource_type <> 'state')
  execute function engine_webhook_item('Resource', 'path');
create trigger engine_resource_webhook_gone after delete on engine_resource
  for each row when (old.resource_type <> 'state')
  execute function engine_webhook_item('Resource', 'path');
create trigger engine_resource_webhook_change
  after update of path, value, edited_at on engine_resource
  for each row when (new.resource_type <> 'state' and (
    (old.path, old.edited_at) is distinct from (new.path, new.edited_at)
    or old.value::text <> new.value::text))
  execute function engine_webhook_item('Resource', 'path');
create trigger engine_resource_type_webhook
  after insert or delete or update of edited_at on engine_resource_type
  for each row execute function engine_webhook_item('ResourceType', 'name');

-- A row of a script is a version: a new one is a change of the script, or the first of it.
create function engine_webhook_script() returns trigger language plpgsql as $$
declare
  place text;
  told json;
begin
  if tg_op = 'INSERT' then
    place := new.workspace;
    told := json_build_object(
      'type', case when new.parent_hashes = '{}' then 'CreateScript' else 'UpdateScript' end,
      'workspace', place, 'path', new.path, 'hash', new.hash);
  elsif tg_op = 'DELETE' then
    place := old.workspace;
    told := json_build_object('type', 'DeleteScriptPath', 'workspace', place, 'path', old.path);
  else
    place := new.workspace;
    -- At the end of the transaction: a version that another takes the place of is archived as well.
    if exists (
      select
      from engine_script as head
      where head.workspace = place
        and head.path = new.path
        and not head.archived
        and not head.deleted
    ) then
      return null;
    end if;
    told := json_build_object(
      'type', 'DeleteScript', 'workspace', place, 'path', new.path, 'hash', new.hash);
  end if;
  perform engine_webhook_note(place, told);
  return null;
end
$$;
create trigger engine_script_webhook_new after insert on engine_script
  for each row when (not new.archived and not new.deleted)
  execute function engine_webhook_script();
create trigger engine_script_webhook_gone after delete on engine_script
  for each row when (not old.archived and not old.deleted)
  execute function engine_webhook_script();
create constraint trigger engine_script_webhook_archived after update of archived on engine_script
  deferrable initially deferred
  for each row when (new.archived and not old.archived)
  execute function engine_webhook_script();
