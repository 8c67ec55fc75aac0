// What a person has starred: scripts, flows and apps, each for themselves alone. A star is no
// right, but tokens may be made for what is starred: so only people and their own tokens star.
import type { Clock } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { type Call, type Target, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { FavoriteKind } from './favorites.sql.ts';
import * as sql from './favorites.sql.ts';

export interface FavoriteItem {
  kind: FavoriteKind;
  path: string;
}

export interface Favorite extends FavoriteItem {
  starredAt: number;
}

export interface FavoritesDeps {
  db: Database;
  clock: Clock;
  /** Throws `not_found` for an item that is not there, or that the caller may not read. */
  assertReadable: (call: Call, target: Target, tool?: string) => Promise<void>;
  /** Told after the commit: tool lists follow. */
  onChanged: (workspace: string) => void;
}

const keyOf = (call: Call, { kind, path }: FavoriteItem): unknown[] => [
  workspaceOf(call),
  kind,
  path,
  call.caller.userId,
];

/** For readers of single items: has the caller starred this one? */
export async function isStarred(db: Database, call: Call, item: FavoriteItem): Promise<boolean> {
  return (await db.row(sql.selectFavorite, keyOf(call, item))) !== undefined;
}

/** For tokens that follow the stars of a person: scripts and flows, by path. */
export async function starsOf(db: Database, workspace: string, userId: string) {
  const rows = await db.rows<FavoriteItem>(sql.selectStars, [workspace, userId]);
  const of = (wanted: FavoriteKind): string[] =>
    rows.filter(({ kind }) => kind === wanted).map(({ path }) => path);
  return { scripts: of('script'), flows: of('flow') };
}

export type Favorites = ReturnType<typeof createFavorites>;

export function createFavorites({ db, clock, assertReadable, onChanged }: FavoritesDeps) {
  return {
    /** Starring twice does no harm. */
    async star(call: Call, item: FavoriteItem): Promise<FavoriteItem> {
      await assertReadable(call, { kind: `${item.kind}s`, path: item.path }, 'starItem');
      await db.run(sql.insertFavorite, [...keyOf(call, item), clock.now()]);
      onChanged(workspaceOf(call));
      return item;
    },

    /** Takes the caller's own star away; that there is none does no harm. */
    async unstar(call: Call, item: FavoriteItem): Promise<FavoriteItem> {
      await db.run(sql.deleteFavorite, keyOf(call, item));
      onChanged(workspaceOf(call));
      return item;
    },

    list(call: Call, { page, perPage }: { page: number; perPage: number }): Promise<Favorite[]> {
      const { all, owners, principals } = readableBy(call.caller);
      const viewer = [all, owners, principals, call.caller.userId];
      const offset = (page - 1) * perPage;
      return db.rows(sql.selectFavorites, [workspaceOf(call), ...viewer, perPage, offset]);
    },
  };
}
