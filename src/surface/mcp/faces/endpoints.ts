// Every endpoint tool, in the order of the list: what a client with a short memory needs comes
// first, and the order never changes, because prompt caches depend on it.
import { appEndpoints } from './apps.ts';
import { documentationEndpoints } from './documentation.ts';
import type { Endpoint } from './endpoint.ts';
import { favoriteEndpoints } from './favorites.ts';
import { flowEndpoints } from './flows.ts';
import { instanceEndpoints } from './instance.ts';
import { jobEndpoints } from './jobs.ts';
import { resourceEndpoints } from './resources.ts';
import { scheduleEndpoints } from './schedules.ts';
import { scriptEndpoints } from './scripts.ts';
import { variableEndpoints } from './variables.ts';

export const endpoints: readonly Endpoint[] = [
  ...scriptEndpoints,
  ...jobEndpoints,
  ...flowEndpoints,
  ...scheduleEndpoints,
  ...resourceEndpoints,
  ...variableEndpoints,
  ...appEndpoints,
  ...favoriteEndpoints,
  ...instanceEndpoints,
  ...documentationEndpoints,
];
