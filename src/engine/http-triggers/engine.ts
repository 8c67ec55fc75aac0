// Puts HTTP routes together: the verbs and the table that requests are matched with.
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { createResources } from '../resources/index.ts';
import { createHttpTriggers, type HttpTriggersDeps } from './http-triggers.ts';
import { createRoutes, type RoutesDeps } from './routes.ts';
import { createRouteRuns, type RouteRunsDeps } from './runs.ts';

type Made = 'routes' | 'readResource';

export interface HttpTriggerEngineDeps
  extends
    Omit<HttpTriggersDeps, Made | 'pushes'>,
    Omit<RoutesDeps, Made>,
    Omit<RouteRunsDeps, 'get' | 'pushes'> {
  resources: Pick<ReturnType<typeof createResources>, 'extraPerms' | 'getValueInterpolated'>;
}

export function createHttpTriggerEngine(deps: HttpTriggerEngineDeps) {
  const { resources } = deps;

  /** A resource that proofs are checked with, when the caller may read it. */
  async function readResource(call: Call, path: string): Promise<unknown> {
    const extraPerms = await resources.extraPerms(workspaceOf(call), path);
    const ask = { action: 'resources:read', risk: 'read' } as const;
    const target = { kind: 'resources', path, ...(extraPerms && { extraPerms }) };
    const verdict = authorise(call.caller, ask, target);
    if (!verdict.allowed) throw verdict.error;
    return resources.getValueInterpolated(call, path);
  }

  const routes = createRoutes({ ...deps, readResource });
  const httpTriggers = createHttpTriggers({ ...deps, routes, readResource });
  const routeRuns = createRouteRuns({ ...deps, get: httpTriggers.get });
  return { routes, httpTriggers, routeRuns };
}
