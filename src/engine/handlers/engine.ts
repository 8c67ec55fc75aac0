// Puts workspace handlers together: the verbs, and who starts them.
import type { FlowEngine } from '../flows/index.ts';
import type { Jobs } from '../jobs/index.ts';
import type { Scripts } from '../scripts/index.ts';
import { createHandlers } from './handlers.ts';
import { createNotifier, type NotifierDeps } from './notifier.ts';

export interface HandlerEngineDeps extends Omit<NotifierDeps, 'runs' | 'flows'> {
  scripts: Pick<Scripts, 'runnable'>;
  jobs: Pick<Jobs, 'pushes'>;
  flowEngine: Pick<FlowEngine, 'flows' | 'pushes'>;
}

export function createHandlerEngine(deps: HandlerEngineDeps) {
  const { db, scripts, jobs, flowEngine } = deps;
  const { flows, pushes } = flowEngine;
  const handlers = createHandlers({
    db,
    isRunnable: async (workspace, { kind, path }) =>
      (await (kind === 'flows' ? flows : scripts).runnable(workspace, path)) !== undefined,
  });
  const notifier = createNotifier({ ...deps, runs: jobs.pushes, flows: pushes });
  return { handlers, start: notifier.start, stop: notifier.stop };
}
