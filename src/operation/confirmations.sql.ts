// Every SQL statement of confirmations. All use the primary key but the pruning one, which uses
// operation_confirmation_expiry.
import { statement } from '../store/index.ts';

/** Those that ended before $7 go along, a hundred at a time: the table stays small by itself. */
export const insertConfirmation = statement(
  'confirmation.insert',
  `with pruned as (
     delete from operation_confirmation
     where id_hash = any (array(
       select id_hash
       from operation_confirmation
       where expires_at < $7
       limit 100))
   )
   insert into operation_confirmation (
     id_hash, asked_by, tool, operation, arguments_hash, expires_at)
   values ($1, $2, $3, $4, $5, $6)`,
);

/** Of two calls at once only one sees a row. */
export const spendConfirmation = statement(
  'confirmation.spend',
  `update operation_confirmation
   set spent_at = $6
   where id_hash = $1
     and asked_by = $2
     and tool = $3
     and operation = $4
     and arguments_hash = $5
     and expires_at > $6
     and spent_at is null
   returning id_hash`,
);

/** Why it was not good; another's is none. */
export const selectConfirmation = statement(
  'confirmation.get',
  `select tool, operation, arguments_hash as "argumentsHash", expires_at as "expiresAt",
     spent_at as "spentAt"
   from operation_confirmation
   where id_hash = $1
     and asked_by = $2`,
);
