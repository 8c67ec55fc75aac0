// Dashboards and collections of Metabase, and the search that finds things of one kind.
import { z } from 'zod';
import { action } from '../../action.ts';
import { given, keep, objectOf, objectsOf } from '../shaping.ts';
import { creator, numberOf, pages } from './shapes.ts';

/** A list of what Metabase's search finds of one kind. */
export const found = (name: string, models: 'card' | 'dashboard', description: string) =>
  action({
    name,
    description,
    class: 'read',
    input: { query: z.string().max(200).optional().describe('words'), ...pages },
    request: ({ query, limit, next }) => ({
      method: 'GET',
      path: '/api/search',
      query: { models, q: query, limit, offset: next },
    }),
    result: (body, { limit, next }) => {
      const total = Number(objectOf(body)['total'] ?? 0);
      return {
        items: objectsOf(objectOf(body)['data']).map((one) => ({
          ...keep(one, 'id', 'name', 'description', 'updated_at'),
          collection: objectOf(one['collection'])['name'] ?? null,
        })),
        total,
        next: next + limit < total ? next + limit : null,
      };
    },
  });

export const metabaseItems = [
  found('list_dashboards', 'dashboard', 'Find dashboards by words in their title.'),
  action({
    name: 'get_dashboard',
    description: 'Read the questions on a dashboard.',
    class: 'read',
    input: { dashboard_id: numberOf('number of the dashboard') },
    nameFields: ['creator', 'common_name'],
    request: ({ dashboard_id: id }) => ({ method: 'GET', path: `/api/dashboard/${id}` }),
    result: (body) => {
      const { dashcards, ordered_cards: older } = objectOf(body);
      return {
        ...keep(body, 'id', 'name', 'description', 'updated_at'),
        creator: creator(body),
        questions: objectsOf(dashcards ?? older)
          .map((one) => keep(one['card'], 'id', 'name', 'display'))
          .filter((one) => one['id'] !== undefined),
        filters: objectsOf(objectOf(body)['parameters']).map((one) =>
          keep(one, 'id', 'name', 'type'),
        ),
      };
    },
  }),
  action({
    name: 'list_collections',
    description: 'List the collections that hold questions and dashboards.',
    class: 'read',
    input: {},
    request: () => ({ method: 'GET', path: '/api/collection' }),
    result: (body) => ({
      collections: objectsOf(body).map((one) => keep(one, 'id', 'name', 'description')),
    }),
  }),
  action({
    name: 'create_dashboard',
    description: 'Make an empty dashboard.',
    class: 'write',
    input: {
      name: z.string().min(1).max(254).describe('its title'),
      description: z.string().max(8000).optional().describe('what it shows'),
      collection_id: numberOf('number of the collection').optional(),
    },
    restoreIn: ['name', 'description'],
    request: (params) => ({ method: 'POST', path: '/api/dashboard', json: given(params) }),
    result: (body) => keep(body, 'id', 'name', 'description'),
  }),
];
