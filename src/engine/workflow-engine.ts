// Puts workflows as code together with what they start, and approvals with all that waits for them.
import type { Clock } from '../base/index.ts';
import type { Database } from '../store/index.ts';
import { createApprovals, createLinks } from './approvals/index.ts';
import type { FlowEngine } from './flows/index.ts';
import type { Items } from './items.ts';
import { type Jobs, type LocalWorker, pushScript } from './jobs/index.ts';
import type { Scripts } from './scripts/index.ts';
import { createWorkflows, createWorkflowWaiting, type WorkflowsDeps } from './workflows/index.ts';

type Started = 'pushScript' | 'pushFlow' | 'beginFlow' | 'extraPerms';

/** Workflows as code start scripts and flows; who may is settled by their grants. */
export function workflowsOf(
  parts: Omit<WorkflowsDeps, Started> & { scripts: Scripts; flowEngine: FlowEngine },
) {
  const { scripts, clock, flowEngine } = parts;
  const { flows, pushes, begin } = flowEngine;
  return createWorkflows({
    ...parts,
    pushScript: (call, path, options) =>
      pushScript({ scripts, now: clock.now }, call, { path, options }),
    pushFlow: pushes.byPath,
    beginFlow: begin,
    extraPerms: (workspace, { kind, path }) =>
      (kind === 'flows' ? flows : scripts).extraPerms(workspace, path),
  });
}

/** Approvals of flows and of workflows as code, behind one door. */
export function approvalsOf(parts: {
  db: Database;
  clock: Clock;
  origin: () => string;
  jobs: Jobs;
  items: Items;
  flowEngine: FlowEngine;
  worker: LocalWorker;
}) {
  const { db, jobs, items, flowEngine, origin } = parts;
  const links = createLinks({ origin, deriveKey: items.deriveKey });
  const waiting = createWorkflowWaiting({ ...parts, flows: flowEngine.waiting });
  return createApprovals({ db, jobs, waiting, links });
}
