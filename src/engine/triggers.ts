// Puts together what happens by itself: schedules, HTTP routes, workspace handlers and webhooks.
import type { AnyOperation, Call, Target } from '../operation/index.ts';
import { createHandlerEngine, handlerOperations } from './handlers/index.ts';
import { createHttpTriggerEngine, httpTriggerOperations } from './http-triggers/index.ts';
import type { Items } from './items.ts';
import { createScheduleEngine, scheduleOperations } from './schedules/index.ts';
import { createWebhookEngine, webhookOperations } from './webhooks/index.ts';

type HttpDeps = Parameters<typeof createHttpTriggerEngine>[0];

export type TriggersDeps = Parameters<typeof createScheduleEngine>[0] &
  Omit<Parameters<typeof createHandlerEngine>[0], 'runValues'> &
  Parameters<typeof createWebhookEngine>[0] &
  Pick<HttpDeps, 'jobs' | 'scripts' | 'queue' | 'flowEngine'> & {
    items: Pick<Items, 'resources' | 'runValues'>;
  };

export function createTriggers(deps: TriggersDeps) {
  const scheduleEngine = createScheduleEngine(deps);
  const { schedules, pushes } = scheduleEngine;
  const { resources, runValues } = deps.items;
  const { httpTriggers, routes, routeRuns } = createHttpTriggerEngine({
    ...deps,
    resources,
    pushes,
  });
  const handlerEngine = createHandlerEngine({ ...deps, runValues });
  const { handlers } = handlerEngine;
  const webhookEngine = createWebhookEngine(deps);
  const { webhooks } = webhookEngine;
  const operations: AnyOperation[] = [
    ...handlerOperations(handlers),
    ...webhookOperations(webhooks),
    ...scheduleOperations(schedules),
    ...httpTriggerOperations(httpTriggers, routeRuns),
  ];
  return {
    operations,
    routes,
    /** What runs after runs of the workspace, as the caller may see it. */
    handlers: handlers.list,
    /** The address that hears of changes to its items, as the caller may see it. */
    webhook: async (call: Call) => (await webhooks.get(call)).address,
    /** What a trigger grants by itself; undefined for other kinds. */
    async extraPerms(workspace: string, { kind, path }: Target) {
      if (kind === 'schedules') return schedules.extraPerms(workspace, path);
      return kind === 'http_triggers' ? httpTriggers.extraPerms(workspace, path) : undefined;
    },
    async start(): Promise<void> {
      await routes.start();
      await scheduleEngine.start();
      await handlerEngine.start();
      await webhookEngine.start();
    },
    async stop(): Promise<void> {
      routes.stop();
      await webhookEngine.stop();
      await handlerEngine.stop();
      await scheduleEngine.stop();
    },
  };
}
