// favorites.star
import { operation } from '../../../operation/index.ts';
import type { Favorites } from '../favorites.ts';
import { favoriteItem } from '../item.ts';

export const starItem = (favorites: Favorites) =>
  operation({
    name: 'favorites.star',
    summary: 'Star a script, flow or app that you may read, for yourself.',
    risk: 'write',
    action: 'favorites:write',
    tool: 'starItem',
    input: favoriteItem,
    output: favoriteItem,
    run: (call, item) => favorites.star(call, item),
  });
