// Every SQL statement of ids that may be used once.
import { statement } from '../store/index.ts';

/** Uses the primary key; who comes second changes nothing. */
export const insertSpent = statement(
  'spent.insert',
  `insert into identity_spent (id, expires_at)
   values ($1, $2)
   on conflict (id) do nothing`,
);

/** At most a thousand at a time; uses identity_spent_expiry. */
export const pruneSpent = statement(
  'spent.prune',
  `delete from identity_spent
   where id = any (array(
     select id
     from identity_spent
     where expires_at < $1
     limit 1000))`,
);
