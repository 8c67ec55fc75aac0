// Every SQL statement of set-up. Links are tokens that belong to nobody.
import { statement } from '../../store/index.ts';

/** Held to the end of the transaction: only one process makes the first owner. */
export const lockSetup = statement('setup.lock', 'select pg_advisory_xact_lock(7236542211)');

export const insertLink = statement(
  'setup.insert_link',
  `insert into identity_token (id, hash, prefix, kind, created_at, expires_at)
   values ($1, $2, $3, 'setup', $4, $5)`,
);

export const selectLink = statement(
  'setup.link',
  `select id
   from identity_token
   where hash = $1
     and kind = 'setup'
     and expires_at > $2`,
);

/** Reads and spends a link in one step: of two that come at once, one gets 0 rows. */
export const spendLink = statement(
  'setup.spend_link',
  `delete from identity_token
   where hash = $1
     and kind = 'setup'
     and expires_at > $2`,
);
