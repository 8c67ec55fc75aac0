// httpTriggers.routeExists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { newHttpTrigger } from '../http-trigger.ts';
import type { HttpTriggers } from '../http-triggers.ts';

export const httpRouteExists = (httpTriggers: HttpTriggers) =>
  operation({
    name: 'httpTriggers.routeExists',
    summary: 'Say whether another route answers these addresses already.',
    risk: 'read',
    action: 'http_triggers:read',
    input: z.strictObject({
      ...newHttpTrigger.pick({ routePath: true, httpMethod: true, workspacedRoute: true }).shape,
      triggerPath: itemPath.optional().describe('a route that may keep them'),
    }),
    output: z.boolean(),
    run: (call, { triggerPath, ...address }) =>
      httpTriggers.routeExists(call, address, triggerPath),
  });
