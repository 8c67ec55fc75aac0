// Endpoint tools of stars: what a person wants at hand, and what tokens for favourites follow.
import type { Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

const item = {
  kind: field.required(field.choice('body', ['script', 'flow', 'app'], 'What it is.')),
  path: field.required(field.text('body', 'Path of the item, such as f/team/report.')),
};

interface Item {
  kind: string;
  path: string;
}

export const favoriteEndpoints: readonly Endpoint[] = [
  {
    name: 'starItem',
    title: 'Star a script, flow or app',
    description:
      'Adds it to the favourites of the user. Clients that the user let in for favourites only ' +
      'may run it from then on, so star only what the user asked for.',
    method: 'POST',
    route: '/w/{workspace}/favorites/star',
    effect: 'changes',
    operation: 'favorites.star',
    arguments: item,
    shape: ({ kind, path }: Item) => `Starred the ${kind} ${path}.`,
  },
  {
    name: 'unstarItem',
    title: 'Unstar a script, flow or app',
    description: 'Takes it out of the favourites of the user.',
    method: 'POST',
    route: '/w/{workspace}/favorites/unstar',
    effect: 'changes',
    operation: 'favorites.unstar',
    arguments: item,
    shape: ({ kind, path }: Item) => `Took the star from the ${kind} ${path}.`,
  },
];
