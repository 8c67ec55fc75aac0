// Puts schedules together: the verbs, what they push, who fires and who settles.
import type { FlowEngine } from '../flows/index.ts';
import type { JobEvents, Jobs } from '../jobs/index.ts';
import type { Scripts } from '../scripts/index.ts';
import { createSchedulePushes, type SchedulePushesDeps } from './pushes.ts';
import { createScheduler, type SchedulerDeps } from './scheduler.ts';
import { createSchedules } from './schedules.ts';
import { createSettler } from './settler.ts';

export interface ScheduleEngineDeps
  extends Omit<SchedulerDeps, 'pushes' | 'onRun'>, Pick<SchedulePushesDeps, 'memberOf'> {
  events: JobEvents;
  scripts: Pick<Scripts, 'extraPerms'>;
  jobs: Pick<Jobs, 'pushes'>;
  flowEngine: Pick<FlowEngine, 'flows' | 'pushes'>;
}

export function createScheduleEngine(deps: ScheduleEngineDeps) {
  const { scripts, jobs, flowEngine } = deps;
  const { flows } = flowEngine;
  const pushes = createSchedulePushes({
    ...deps,
    runs: jobs.pushes,
    flows: flowEngine.pushes,
    extraPerms: (workspace, { kind, path }) =>
      kind === 'flows' ? flows.extraPerms(workspace, path) : scripts.extraPerms(workspace, path),
  });
  const settler = createSettler({ ...deps, pushes });
  const scheduler = createScheduler({ ...deps, pushes, onRun: settler.await });
  const schedules = createSchedules({ ...deps, pushes, onChanged: scheduler.changed });
  return {
    schedules,
    pushes,
    async start(): Promise<void> {
      await settler.start();
      await scheduler.start();
    },
    async stop(): Promise<void> {
      await scheduler.stop();
      await settler.stop();
    },
  };
}
