// Every SQL statement of OAuth accounts. By primary key unless a comment says otherwise.
import { statement } from '../../store/index.ts';

const columns = `
     id, client, grant_type as "grantType", token_url as "tokenUrl", client_id as "clientId",
     scopes, expires_at as "expiresAt", refreshed_at as "refreshedAt",
     refresh_error as "refreshError", created_by as "createdBy"`;

export const insertAccount = statement(
  'account.insert',
  `insert into engine_account (
     workspace, client, grant_type, token_url, client_id, scopes, sealed, expires_at, created_by,
     created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
   returning id`,
);

export const selectAccount = statement(
  'account.get',
  `select ${columns}
   from engine_account
   where id = $1
     and workspace = $2`,
);

/** Uses engine_account_workspace. */
export const selectAccounts = statement(
  'account.list',
  `select ${columns}
   from engine_account
   where workspace = $1
     and ($2 or created_by = $3)
   order by id
   limit $4 offset $5`,
);

/** Whoever refreshes holds it: one request for all who wait. */
export const holdAccount = statement(
  'account.hold',
  `select ${columns}, sealed, failed_at as "failedAt"
   from engine_account
   where id = $1
     and workspace = $2
   for update`,
);

export const updateRefreshed = statement(
  'account.refreshed',
  `update engine_account
   set sealed = $2,
       expires_at = $3,
       refreshed_at = $4,
       refresh_error = null,
       failed_at = null
   where id = $1`,
);

export const updateFailed = statement(
  'account.failed',
  `update engine_account
   set refresh_error = $2,
       failed_at = $3
   where id = $1`,
);

/** The new token into every variable of the account; walks the primary key of the workspace. */
export const updateTokens = statement(
  'account.tokens',
  `update engine_variable
   set value = case when is_secret then $3 else $4 end,
       edited_at = $5
   where workspace = $1
     and account = $2
     and is_oauth`,
);

export const deleteAccount = statement(
  'account.delete',
  `delete from engine_account
   where id = $1
     and workspace = $2`,
);
