// Ties the features together: what starts jobs, what runs them, what moves flows on when they end.
import type { Revisions } from '../store/index.ts';
import { type AppEngineDeps, createAppEngine } from './apps/index.ts';
import { createMemories } from './agents/index.ts';
import type { EngineDeps } from './engine-deps.ts';
import { createFlowEngine, type FlowEngine } from './flows/index.ts';
import { createHomes } from './homes/index.ts';
import { createItems } from './items.ts';
import { createCodeGate, createJobEvents, createJobs, createQueue } from './jobs/index.ts';
import { mergeSchema } from './languages/index.ts';
import { createRunning, lateWorker } from './running.ts';
import { createScripts } from './scripts/index.ts';
import { createTriggers } from './triggers.ts';
import { approvalsOf, workflowsOf } from './workflow-engine.ts';
import {
  cancelElsewhere,
  createCompleter,
  createDependencies,
  createGiveBack,
  createJobSecrets,
  createRescuer,
  createSharedFolders,
  createWorkerGroups,
} from './workers/index.ts';

/** Apps run scripts and flows, and code of their own. */
function appsOf({
  flowEngine: { flows, pushes },
  ...parts
}: Omit<AppEngineDeps, 'flowPerms' | 'pushFlow'> & { flowEngine: FlowEngine }) {
  return createAppEngine({ ...parts, flowPerms: flows.extraPerms, pushFlow: pushes.byPath });
}

/** Everything that operations call, and what runs behind it. */
export function createVerbs(deps: EngineDeps, versions: Revisions) {
  const { db, clock, tick, log, config } = deps;
  const events = createJobEvents(db);
  const mayBringCode = createCodeGate({
    sandboxed: deps.sandbox.kind === 'bwrap',
    allowUnsandboxed: config.allowUnsandboxed,
  });
  // The builder infers inside the sandbox, where the language needs its own parser.
  const { inferSignature } = deps.builder;
  const shared = { ...deps, inferSignature, mergeSchema, mayBringCode };
  const local = lateWorker();
  const completer = createCompleter({ db, events, log });
  const dependencies = createDependencies({ ...deps, completer, host: local.host });
  const { build: buildScript, inJob } = dependencies;
  const scripts = createScripts({ ...shared, buildScript, onChanged: versions.changed });
  const secrets = createJobSecrets();
  const { changed: onChanged, revision: versionOf } = versions;
  const items = createItems({ ...deps, learn: secrets.learn, onChanged, versionOf });
  const flowEngine = createFlowEngine({
    ...shared,
    events,
    scripts,
    worker: local,
    versionOf,
    resolve: items.resources.resolve,
    runValues: items.runValues,
    inJob,
    completeAlone: (ending) => completer.complete(ending, false),
    onChanged: versions.changed,
  });
  const { steps } = flowEngine;
  const { settled: onSettled } = events;
  const hear = { beginFlow: flowEngine.begin, onSettled, flowGoesOn: steps.goOn };
  const queue = createQueue({ db, clock, worker: local, ...hear });
  const { agentOf } = flowEngine;
  const wake = (tag: string): void => local.wake(tag);
  const onRequeued = (tags: string[]): void => tags.forEach(wake);
  const giveBack = createGiveBack({ db, clock, events, flows: steps, onRequeued });
  const started = { events, worker: local, scripts, flowEngine, push: queue.push };
  const workflows = workflowsOf({ ...shared, ...started });
  const memories = createMemories(deps);
  const flows = { flows: steps, agentOf, memories, workflows: workflows.port };
  const homes = createHomes({ db, now: clock.now });
  const sharedFolders = createSharedFolders({ ...deps, homes, events, wake });
  const shares = { items, giveBack, sharedFolders, scripts };
  const running = { events, completer, ...flows, secrets, ...shares };
  const worker = createRunning(deps, running);
  local.set(worker);
  const jobs = createJobs({
    ...shared,
    events,
    queue,
    scripts,
    waitMs: config.waitMs,
    flows: flowEngine.pushes,
    workflowStatus: workflows.status,
    flowGoesOn: steps.goOn,
    cancelFlow: flowEngine.cancel,
    cancelHere: worker.cancel,
    cancelElsewhere: (id) => cancelElsewhere(db, id),
  });
  const approvals = approvalsOf({ ...deps, jobs, items, flowEngine, worker: local });
  const rescued = { flows: steps, workflows: workflows.port, giveBack, homes, events };
  const rescuer = createRescuer({ db, clock, tick, log, ...rescued });
  const groups = createWorkerGroups({ db, clock, onChanged: worker.groupChanged });
  const apps = appsOf({ ...shared, scripts, queue, jobs, flowEngine });
  const made = { events, scripts, queue, worker, jobs, rescuer, items, flowEngine, sharedFolders };
  const triggers = createTriggers({ ...deps, ...made });
  return { ...made, memories, groups, approvals, apps, workflows, triggers };
}
