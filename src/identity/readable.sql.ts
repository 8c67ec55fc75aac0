// The predicate of `readableBy` alone, as features write it into their lists: what the property
// test holds against `authorise`.
import { statement } from '../store/index.ts';

/** $1 to $3: what `readableBy` answers; $4 and $5: owners and extra_perms of items, in order. */
export const selectReadable = statement(
  'readable.items',
  `select ($1 or owner = any ($2) or extra_perms ?| $3) as readable
   from unnest($4::text[], $5::jsonb[]) with ordinality as item (owner, extra_perms, place)
   order by place`,
);
