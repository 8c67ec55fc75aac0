// Every SQL statement of workspaces.
import { statement } from '../../store/index.ts';

/** 0 rows: the id is taken. */
export const insertWorkspace = statement(
  'workspace.insert',
  `insert into identity_workspace (id, name, owner, created_at)
   values ($1, $2, $3, $4)
   on conflict (id) do nothing`,
);

export const selectExists = statement(
  'workspace.exists',
  `select exists (
     select
     from identity_workspace
     where id = $1
   ) as found`,
);

export const selectWorkspace = statement(
  'workspace.get',
  `select id, name, owner, color, default_app as "defaultApp", created_at as "createdAt"
   from identity_workspace
   where id = $1`,
);

/** Null leaves the name; $3 and $5 say whether the colour and the app are to change. */
export const updateWorkspace = statement(
  'workspace.update',
  `update identity_workspace
   set name = coalesce($2, name),
     color = case when $3 then $4 else color end,
     default_app = case when $5 then $6 else default_app end
   where id = $1`,
);

/**
 * The workspaces of a person ($1), and all others for an admin of the instance ($2), who is a
 * guest there under the own e-mail address ($3). $4: the only one that the token may see, or null.
 */
export const selectWorkspaces = statement(
  'workspace.mine',
  `select
     space.id, space.name, space.owner, space.color, space.archived as deleted,
     coalesce(mine.username, $3) as username,
     coalesce(mine.disabled, false) and not $2 as disabled,
     case when $2 then 'admin' else mine.role end as role
   from identity_workspace as space
   left join identity_member as mine on mine.workspace = space.id and mine.user_id = $1
   where ($2 or mine.user_id is not null)
     and ($4::text is null or space.id = $4)
     and not space.archived
   order by space.id`,
);
