// The SQL of the handlers that new schedules of a workspace begin with. All by workspace.
import { statement } from '../../store/index.ts';

export const selectDefaults = statement(
  'schedule.defaults',
  `select options
   from engine_schedule_default
   where workspace = $1
   order by kind`,
);

export const upsertDefault = statement(
  'schedule.set_default',
  `insert into engine_schedule_default (workspace, kind, options)
   values ($1, $2, $3)
   on conflict (workspace, kind) do update
   set options = excluded.options`,
);

export const deleteDefault = statement(
  'schedule.delete_default',
  `delete from engine_schedule_default
   where workspace = $1
     and kind = $2`,
);

/** Takes the settings $2 out of every schedule of the workspace, and puts $3 in. */
export const overrideHandlers = statement(
  'schedule.override_handlers',
  `update engine_schedule
   set options = ((options::jsonb - $2::text[]) || $3::jsonb)::json,
     rev = rev + 1
   where workspace = $1`,
);
