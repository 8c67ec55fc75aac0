// Every SQL statement of favourites, and the piece that lists of items say `starred` with.
import { statement } from '../../store/index.ts';

export type FavoriteKind = 'script' | 'flow' | 'app';

/** Has `viewer` (a parameter) starred `item` (a table or its alias)? Uses the primary key. */
export const starredBy = (kind: FavoriteKind, item: string, viewer: string): string =>
  `exists (
       select
       from engine_favorite as favorite
       where favorite.workspace = ${item}.workspace
         and favorite.kind = '${kind}'
         and favorite.path = ${item}.path
         and favorite.user_id = ${viewer}::uuid)`;

export const insertFavorite = statement(
  'favorite.star',
  `insert into engine_favorite (workspace, kind, path, user_id, created_at)
   values ($1, $2, $3, $4, $5)
   on conflict do nothing`,
);

export const deleteFavorite = statement(
  'favorite.unstar',
  `delete from engine_favorite
   where workspace = $1
     and kind = $2
     and path = $3
     and user_id = $4`,
);

export const selectFavorite = statement(
  'favorite.is',
  `select created_at as "createdAt"
   from engine_favorite
   where workspace = $1
     and kind = $2
     and path = $3
     and user_id = $4`,
);

/** The scripts and flows that $2 has starred; uses engine_favorite_user. */
export const selectStars = statement(
  'favorite.stars',
  `select kind, path
   from engine_favorite
   where workspace = $1
     and user_id = $2
     and kind <> 'app'
   order by kind, path`,
);

/**
 * What $5 has starred and may still read ($2 to $4: `readableBy`), newest star first. Uses
 * engine_favorite_user, and the key of each item.
 */
export const selectFavorites = statement(
  'favorite.list',
  `select favorite.kind, favorite.path, favorite.created_at as "starredAt"
   from engine_favorite as favorite
   where favorite.workspace = $1
     and favorite.user_id = $5
     and case favorite.kind
       when 'script' then exists (
         select
         from engine_script as item
         where item.workspace = $1
           and item.path = favorite.path
           and not item.archived
           and not item.deleted
           and ($2 or item.owner = any ($3) or item.extra_perms ?| $4))
       when 'flow' then exists (
         select
         from engine_flow as item
         where item.workspace = $1
           and item.path = favorite.path
           and not item.archived
           and ($2 or item.owner = any ($3) or item.extra_perms ?| $4))
       else exists (
         select
         from engine_app as item
         where item.workspace = $1
           and item.path = favorite.path
           and ($2 or item.owner = any ($3) or item.extra_perms ?| $4))
     end
   order by favorite.created_at desc, favorite.kind, favorite.path
   limit $6 offset $7`,
);
