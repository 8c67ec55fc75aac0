// Every SQL statement of variables. What has expired is not there, until it is written anew.
import { statement } from '../../store/index.ts';
import { deleteKept } from '../trash/index.ts';

const columns = `
     variable.workspace as "workspaceId", path, is_secret as "isSecret", description,
     variable.account, is_oauth as "isOauth", false as "isExpired",
     variable.expires_at as "expiresAt", extra_perms as "extraPerms", labels`;

/** With the wrapped key, so that value and key are of one moment; uses the primary keys. */
export const selectVariable = statement(
  'variable.get',
  `select ${columns}, value, key.wrapped, account.expires_at as "tokenEndsAt"
   from engine_variable as variable
   left join engine_workspace_key as key on key.workspace = variable.workspace
   left join engine_account as account
     on account.id = variable.account
     and account.workspace = variable.workspace
   where variable.workspace = $1
     and path = $2
     and (variable.expires_at is null or variable.expires_at > $3)`,
);

/** For a change: held until the transaction ends. */
export const holdVariable = statement(
  'variable.hold',
  `select ${columns}, value
   from engine_variable as variable
   where workspace = $1
     and path = $2
     and (expires_at is null or expires_at > $3)
   for update`,
);

export const selectVariablePerms = statement(
  'variable.extra_perms',
  `select extra_perms as "extraPerms"
   from engine_variable
   where workspace = $1
     and path = $2`,
);

/** 0 rows mean that there is one already. */
export const insertVariable = statement(
  'variable.insert',
  `insert into engine_variable (
     workspace, path, value, is_secret, description, extra_perms, account, is_oauth, expires_at,
     labels, created_by, created_at, edited_by, edited_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11, $12)
   on conflict do nothing`,
);

export const updateVariable = statement(
  'variable.update',
  `update engine_variable
   set path = $3,
       value = $4,
       is_secret = $5,
       description = $6,
       extra_perms = $7,
       account = $8,
       is_oauth = $9,
       expires_at = $10,
       labels = $11,
       edited_by = $12,
       edited_at = $13
   where workspace = $1
     and path = $2`,
);

/** What has expired, in a workspace ($2) or, with null, everywhere. */
export const pruneVariables = statement(
  'variable.prune',
  `delete from engine_variable
   where expires_at <= $1
     and ($2::text is null or workspace = $2)`,
);

export const deleteVariable = statement('variable.delete', deleteKept('variable'));

/**
 * A page of what the caller may read ($2 to $4: `readableBy`, $14: `pathsWithin`). $5 shows values
 * and lets $9 look into them; a secret's is never shown. Null filters do not apply.
 */
export const selectVariables = statement(
  'variable.list',
  `select ${columns}, case when $5 and not is_secret then value end as value
   from engine_variable as variable
   where workspace = $1
     and ($2 or owner = any ($3) or extra_perms ?| $4)
     and (expires_at is null or expires_at > $6)
     and ($7::text is null or starts_with(path, $7))
     and ($8::text is null or path = $8)
     and ($9::text is null or ($5 and not is_secret and strpos(lower(value), lower($9)) > 0))
     and ($10::text is null or strpos(lower(description), lower($10)) > 0)
     and ($11::text is null or $11 = any (labels))
     and ($14::text[] is null or path like any ($14))
   order by path
   limit $12 offset $13`,
);
