// favorites.unstar
import { operation } from '../../../operation/index.ts';
import type { Favorites } from '../favorites.ts';
import { favoriteItem } from '../item.ts';

export const unstarItem = (favorites: Favorites) =>
  operation({
    name: 'favorites.unstar',
    summary: 'Take your star from a script, flow or app.',
    risk: 'write',
    action: 'favorites:write',
    tool: 'unstarItem',
    input: favoriteItem,
    output: favoriteItem,
    run: (call, item) => favorites.unstar(call, item),
  });
