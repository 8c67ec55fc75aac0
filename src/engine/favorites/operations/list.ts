// favorites.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { Favorites } from '../favorites.ts';
import { favoriteItem } from '../item.ts';

export const listFavorites = (favorites: Favorites) =>
  operation({
    name: 'favorites.list',
    summary: 'List what you have starred and may still read, newest star first.',
    risk: 'read',
    action: 'favorites:read',
    input: z.strictObject(pageFields),
    output: z.array(z.object({ ...favoriteItem.shape, starredAt: z.number() })),
    run: (call, page) => favorites.list(call, page),
  });
