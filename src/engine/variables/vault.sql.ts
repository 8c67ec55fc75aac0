// Every SQL statement of the workspaces' keys.
import { statement } from '../../store/index.ts';

/** Any key at all, to try the master key on; the primary key's first. */
export const selectAnyKey = statement(
  'workspace_key.any',
  `select workspace, wrapped
   from engine_workspace_key
   order by workspace
   limit 1`,
);

/** Shared: writers do not wait for each other, a rotation waits for all of them. */
export const holdKey = statement(
  'workspace_key.hold',
  `select workspace, wrapped
   from engine_workspace_key
   where workspace = $1
   for share`,
);

export const takeKey = statement(
  'workspace_key.take',
  `select workspace, wrapped
   from engine_workspace_key
   where workspace = $1
   for update`,
);

export const insertKey = statement(
  'workspace_key.insert',
  `insert into engine_workspace_key (workspace, wrapped, rotated_at)
   values ($1, $2, $3)
   on conflict do nothing`,
);

export const replaceKey = statement(
  'workspace_key.replace',
  `update engine_workspace_key
   set wrapped = $2,
       rotated_at = $3
   where workspace = $1`,
);

/** Locked: an edit in between would be written over. Walks the primary key of the workspace. */
export const selectSecrets = statement(
  'workspace_key.secrets',
  `select path, value
   from engine_variable
   where workspace = $1
     and is_secret
   for update`,
);

export const replaceSecrets = statement(
  'workspace_key.replace_secrets',
  `update engine_variable as variable
   set value = sealed.value
   from unnest($2::text[], $3::text[]) as sealed (path, value)
   where variable.workspace = $1
     and variable.path = sealed.path`,
);

/** Uses engine_account_workspace. */
export const selectSealedAccounts = statement(
  'workspace_key.accounts',
  `select id, sealed
   from engine_account
   where workspace = $1
   for update`,
);

export const replaceSealedAccounts = statement(
  'workspace_key.replace_accounts',
  `update engine_account as account
   set sealed = anew.sealed
   from unnest($1::int[], $2::text[]) as anew (id, sealed)
   where account.id = anew.id`,
);

/** Deleted secrets of a workspace: a deleted variable is one row. Uses engine_trash_newest. */
export const selectTrashedSecrets = statement(
  'vault.trashed_secrets',
  `select id, rows -> 0 ->> 'value' as value
   from engine_trash
   where workspace = $1
     and kind = 'variable'
     and rows -> 0 ->> 'is_secret' = 'true'
   for update`,
);

export const replaceTrashedSecrets = statement(
  'vault.replace_trashed_secrets',
  `update engine_trash
   set rows = json_build_array(
     (rows -> 0)::jsonb || jsonb_build_object('value', sealed.value))
   from unnest($1::bigint[], $2::text[]) as sealed (id, value)
   where engine_trash.id = sealed.id`,
);
