-- Workspace handlers: what runs after a run of a deployed script or flow has failed or succeeded.
create table engine_handler (
  workspace text not null,
  kind text not null check (kind in ('error', 'success')),
  -- script/<path> or flow/<path>
  path text not null,
  extra_args json not null,
  muted_on_cancel boolean not null,
  muted_on_user_path boolean not null,
  -- Why it did not start the last time.
  error text,
  primary key (workspace, kind)
);

-- Ends that a handler is still to be started for.
create table engine_handler_due (
  job_id uuid primary key,
  workspace text not null,
  kind text not null
);

-- Noted in the commit that ends the run, however it ends: no way of ending can forget it. Whoever
-- takes the row starts the handler, in one commit. The NOTIFY stands inside the transaction, as
-- for limits: only runs that have a handler pay for it.
create function engine_handler_note() returns trigger language plpgsql as $$
declare
  told text := case when new.success then 'success' else 'error' end;
begin
  if not exists (
    select
    from engine_handler as handler
    where handler.workspace = new.workspace
      and handler.kind = told
      and not (handler.muted_on_cancel and new.canceled)
      and not (handler.muted_on_user_path and starts_with(new.path, 'u/'))
  ) then
    return null;
  end if;
  if told = 'error' and (
    exists (
      select
      from engine_script as script
      where script.workspace = new.workspace
        and script.hash = new.hash
        and new.kind = 'script'
        and script.ws_error_handler_muted
    ) or exists (
      select
      from engine_flow_version as version
      where version.version = new.flow_version
        and version.extra ->> 'ws_error_handler_muted' = 'true'
    ) or exists (
      select
      from engine_schedule as schedule
      where schedule.workspace = new.workspace
        and schedule.path = new.schedule_path
        and schedule.options ->> 'wsErrorHandlerMuted' = 'true'
    ) or (new.kind = 'singlestepflow' and (
      -- A run that is tried again, or asked for first: what it runs stands in its path alone.
      exists (
        select
        from engine_script as script
        where script.workspace = new.workspace
          and script.path = new.path
          and not script.archived
          and not script.deleted
          and script.ws_error_handler_muted
      ) or exists (
        select
        from engine_flow as flow
        join engine_flow_version as version on version.version = flow.version
        where flow.workspace = new.workspace
          and flow.path = new.path
          and version.extra ->> 'ws_error_handler_muted' = 'true'
      )
    ))
  ) then
    return null;
  end if;
  insert into engine_handler_due (job_id, workspace, kind)
  values (new.id, new.workspace, told)
  on conflict do nothing;
  perform pg_notify('engine_handlers', '');
  return null;
end
$$;

-- Top-level runs of what is deployed, and none that a handler has started itself.
create trigger engine_job_handler after insert on engine_job_done
  for each row when (
    new.parent_job is null
    and new.kind in ('script', 'flow', 'singlestepflow')
    and new.is_skipped is not true
    and new.created_by <> 'g/error_handler'
  )
  execute function engine_handler_note();
