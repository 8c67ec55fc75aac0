// Every SQL statement of workspace handlers. All use primary keys.
import { statement } from '../../store/index.ts';
import { insertRows } from '../jobs/index.ts';

const columns = `
     kind, path, extra_args as "extraArgs", muted_on_cancel as "mutedOnCancel",
     muted_on_user_path as "mutedOnUserPath", error`;

export const selectHandlers = statement(
  'handler.list',
  `select ${columns}
   from engine_handler
   where workspace = $1
   order by kind`,
);

export const selectHandler = statement(
  'handler.get',
  `select ${columns}
   from engine_handler
   where workspace = $1
     and kind = $2`,
);

export const upsertHandler = statement(
  'handler.set',
  `insert into engine_handler (
     workspace, kind, path, extra_args, muted_on_cancel, muted_on_user_path)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (workspace, kind) do update
   set path = excluded.path,
       extra_args = excluded.extra_args,
       muted_on_cancel = excluded.muted_on_cancel,
       muted_on_user_path = excluded.muted_on_user_path,
       error = null`,
);

export const deleteHandler = statement(
  'handler.delete',
  `delete from engine_handler
   where workspace = $1
     and kind = $2`,
);

export const updateError = statement(
  'handler.error',
  `update engine_handler
   set error = $3
   where workspace = $1
     and kind = $2`,
);

/** Whoever takes the row starts the handler; no row: nothing is due that nobody else has. */
export const takeDue = statement(
  'handler.take_due',
  `delete from engine_handler_due
   where job_id = (
     select job_id
     from engine_handler_due
     order by job_id
     limit 1
     for update skip locked)
   returning job_id as "jobId", workspace, kind`,
);

/** What the handler is told of the run. */
export const selectTold = statement(
  'handler.told',
  `select path, email, kind = 'flow' as "isFlow", result, started_at as "startedAt",
     created_at as "createdAt", schedule_path as "schedulePath"
   from engine_job_done
   where id = $1
     and finished`,
);

/** In the commit that takes the run off the list. */
export const insertHandlerJob = statement('handler.insert_job', insertRows('$1'));
