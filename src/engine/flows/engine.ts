// Puts the flow engine together: its verbs, what starting a flow pushes, and the executor.
import { createHomes } from '../homes/index.ts';
import type { ClaimedJob, NewJob } from '../jobs/index.ts';
import { agentSoFar, type AgentLookupDeps } from './agent-lookup.ts';
import { createAlarm } from './alarm.ts';
import { type CalledDeps, createCalled } from './called.ts';
import { createExecutor, type ExecutorDeps, rowOf } from './executor.ts';
import { createExpressions } from './expressions.ts';
import { createFlows, type FlowsDeps } from './flows.ts';
import { createFlowItems, type FlowItemsDeps } from './items.ts';
import { createFlowPushes } from './pushes.ts';
import { createRuns } from './runs.ts';
import { cancelTree } from './state.sql.ts';
import { createWaiting } from './waiting.ts';

type Made = 'runs' | 'expressions' | 'items' | 'flow' | 'now' | 'alarm' | 'homes';

export type FlowEngineDeps = Omit<ExecutorDeps, Made> &
  Omit<FlowsDeps, 'expressions'> &
  FlowItemsDeps &
  CalledDeps &
  Pick<AgentLookupDeps, 'scripts'>;

export type FlowEngine = ReturnType<typeof createFlowEngine>;

interface Canceled {
  id: string;
  finished: boolean;
  worker: string | null;
}

export function createFlowEngine(deps: FlowEngineDeps) {
  const { db, clock, events } = deps;
  const runs = createRuns(db);
  const expressions = createExpressions({ clock });
  const flows = createFlows({ ...deps, expressions });
  const now = clock.now;
  const items = createFlowItems(deps);
  const alarm = createAlarm({ ...deps, onDue: (id) => executor.goOn(id) });
  const homes = createHomes({ db, now });
  const scripts = { ...deps.scripts, runnable: createCalled(deps) };
  const made = { runs, expressions, items, scripts, flow: flows.runnable, now, alarm, homes };
  const executor = createExecutor({ ...deps, ...made });

  return {
    flows,
    steps: executor,
    /** The agent that a job is a step of. */
    agentOf: (job: ClaimedJob) => agentSoFar({ runs, flows, scripts: deps.scripts }, job),
    waiting: createWaiting({ ...deps, runs, now, goOn: (id) => executor.goOn(id) }),
    pushes: createFlowPushes({ flows, runs, now }),
    /** Takes over a flow's row that was just stored. */
    begin(row: NewJob): void {
      deps.mark({ at: 'after', of: 'start', flow: row.id });
      executor.begin(rowOf(row));
    },

    /** Cancels a flow with all its steps; answers those that a worker runs. */
    async cancel(wanted: {
      id: string;
      by: string;
      reason: string;
      resultJson: string;
      force: boolean;
    }): Promise<string[]> {
      const { id, by, reason, resultJson, force } = wanted;
      const cancel = (end: boolean) =>
        db.rows<Canceled>(cancelTree, [id, by, reason, now(), resultJson, end]);
      // A step that began meanwhile was not seen; once all flows are marked, no other begins.
      const seen = new Map<string, Canceled>();
      for (let known = -1; known < seen.size;) {
        known = seen.size;
        for (const row of await cancel(false)) seen.set(row.id, row);
      }
      if (force) for (const row of await cancel(true)) seen.set(row.id, row);
      const rows = [...seen.values()];
      for (const row of rows.filter(({ finished }) => finished)) {
        events.ended(row.id, undefined);
        events.tellOthers(row.id);
      }
      // Innermost flows first: each ends with its last child.
      for (const row of rows.filter(({ finished, worker }) => !finished && worker === null)) {
        executor.goOn(row.id);
      }
      return rows.filter(({ worker }) => worker !== null).map((row) => row.id);
    },

    async stop(): Promise<void> {
      alarm.stop();
      await expressions.stop();
    },
  };
}
