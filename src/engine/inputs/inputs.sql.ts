// Every SQL statement of saved inputs.
import { statement } from '../../store/index.ts';

/** $3 and $4: own ones ($5), and those that are for everybody. Uses engine_input_item. */
export const selectInputs = statement(
  'input.list',
  `select id, name, created_by as "createdBy", created_at as "createdAt",
     is_public as "isPublic"
   from engine_input
   where workspace = $1
     and kind = $2
     and path = $3
     and (is_public or user_id = $4)
   order by created_at desc, id desc
   limit $5 offset $6`,
);

export const insertInput = statement(
  'input.insert',
  `insert into engine_input (
     id, workspace, kind, path, name, args, is_public, user_id, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, false, $7, $8, $9)`,
);

/** Uses the primary key. */
export const selectInput = statement(
  'input.get',
  `select kind, path, args, is_public as "isPublic", user_id as "userId"
   from engine_input
   where id = $1
     and workspace = $2`,
);

export const updateInput = statement(
  'input.update',
  `update engine_input
   set name = $3,
       is_public = $4
   where id = $1
     and workspace = $2`,
);

export const deleteInput = statement(
  'input.delete',
  `delete from engine_input
   where id = $1
     and workspace = $2`,
);
