// The list of operations of favourites: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Favorites } from '../favorites.ts';
import { listFavorites } from './list.ts';
import { starItem } from './star.ts';
import { unstarItem } from './unstar.ts';

export const favoriteOperations = (favorites: Favorites): AnyOperation[] => [
  listFavorites(favorites),
  starItem(favorites),
  unstarItem(favorites),
];
