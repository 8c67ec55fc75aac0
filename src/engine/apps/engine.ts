// Puts apps together: their verbs, and what running their components needs of jobs and flows.
import { type createQueue, type FlowPushes, type Jobs, pushScript } from '../jobs/index.ts';
import type { Scripts } from '../scripts/index.ts';
import { type AppsDeps, createApps } from './apps.ts';
import { createExecution } from './execute.ts';
import { createAppVersions } from './versions.ts';

export interface AppEngineDeps extends AppsDeps {
  scripts: Scripts;
  pushFlow: FlowPushes['byPath'];
  queue: Pick<ReturnType<typeof createQueue>, 'push'>;
  jobs: Pick<Jobs, 'wait'>;
}

export function createAppEngine(deps: AppEngineDeps) {
  const { scripts, clock, queue, jobs } = deps;
  const apps = createApps(deps);
  const execution = createExecution({
    ...deps,
    head: apps.head,
    pushes: {
      script: (call, path, options) =>
        pushScript({ scripts, now: clock.now }, call, { path, options }),
      flow: deps.pushFlow,
    },
    push: (push) => queue.push(push),
    wait: jobs.wait,
  });
  return { ...apps, ...execution, ...createAppVersions(deps.db) };
}
