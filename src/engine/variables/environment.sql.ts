// Every SQL statement of the variables that a workspace adds to the environment of its jobs.
import { statement } from '../../store/index.ts';

export const selectEnvironment = statement(
  'environment.list',
  `select name, value
   from engine_environment
   where workspace = $1
   order by name`,
);

/** 0 rows: the workspace has $4 of them already, and this would be one more. */
export const setEnvironment = statement(
  'environment.set',
  `insert into engine_environment (workspace, name, value)
   select $1, $2, $3
   where (
     select count(*) < $4
     from engine_environment
     where workspace = $1
       and name <> $2
   )
   on conflict (workspace, name) do update
   set value = excluded.value`,
);

export const deleteEnvironment = statement(
  'environment.delete',
  `delete from engine_environment
   where workspace = $1
     and name = $2`,
);
