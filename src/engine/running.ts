// The worker of this process, and what it runs jobs by. The queue holds a stand-in for it, because
// each needs the other.
import { cpus, freemem, hostname, totalmem } from 'node:os';
import type { Memories } from './agents/index.ts';
import type { EngineDeps } from './engine-deps.ts';
import type { FlowEngine } from './flows/index.ts';
import type { Items } from './items.ts';
import { builtInTags, type FlowSteps, type JobEvents, type LocalWorker } from './jobs/index.ts';
import { createScriptEnvs, type Scripts } from './scripts/index.ts';
import type { WorkflowSteps } from './workflows/index.ts';
import {
  type Completer,
  createAgentStep,
  createBundles,
  createJobRunner,
  createLockStep,
  createRunArguments,
  createWorker,
  type GiveBack,
  type JobSecrets,
  type SharedFolders,
  type Worker,
} from './workers/index.ts';

/** The queue needs the worker and the worker needs what the queue made: tied here, once. */
export function lateWorker(): LocalWorker & Pick<Worker, 'host'> & { set(worker: Worker): void } {
  let worker: Worker | undefined;
  return {
    set(made) {
      worker = made;
    },
    serves: (tag) => worker?.serves(tag) ?? false,
    reserve: (tag) => worker?.reserve(tag),
    wake: (tag) => worker?.wake(tag),
    wakeAt: (dueAt) => worker?.wakeAt(dueAt),
    host(id, abort) {
      if (!worker) throw new Error('nothing is deployed before there is a worker');
      return worker.host(id, abort);
    },
  };
}

/** Was a resource last saved by somebody who is an admin of the workspace now? */
function isByAdmin({ memberOf }: EngineDeps, { resources }: Items) {
  return async (workspace: string, path: string): Promise<boolean> => {
    const editor = await resources.editorOf(workspace, path);
    const caller = editor === undefined ? undefined : await memberOf(workspace, editor);
    return caller?.superAdmin === true || caller?.membership?.role === 'admin';
  };
}

/** The worker of this process, with what it runs jobs by and stores their ends with. */
export function createRunning(
  deps: EngineDeps,
  parts: {
    events: JobEvents;
    completer: Completer;
    flows: FlowSteps;
    agentOf: FlowEngine['agentOf'];
    memories: Memories;
    workflows: WorkflowSteps;
    secrets: JobSecrets;
    items: Items;
    giveBack: GiveBack;
    scripts: Pick<Scripts, 'source'>;
    sharedFolders: SharedFolders;
  },
) {
  const { db, clock, tick, log, runners, config } = deps;
  const { completer, giveBack, agentOf, items, memories } = parts;
  const runJob = createJobRunner({
    ...deps,
    ...parts,
    workerGroup: config.workerGroup,
    bundles: createBundles(db),
    scriptEnvs: createScriptEnvs(db),
    fetched: items.fetched,
    environment: items.environment,
    lockStep: createLockStep({ ...deps, ...parts }),
    agentStep: createAgentStep({ ...deps, agentOf, memories, isByAdmin: isByAdmin(deps, items) }),
    runArguments: createRunArguments({ ...deps, resolve: items.resources.resolve }),
  });
  return createWorker({
    db,
    clock,
    tick,
    log,
    completer,
    giveBack: (workers) => giveBack(workers, { died: false }),
    lookAgain: parts.events.lookAgain,
    runJob,
    slots: config.workerSlots,
    ownTags: () => [...runners.languages, ...Object.values(builtInTags)],
    givenTags: config.workerTags,
    group: config.workerGroup,
    isolation: deps.sandbox.kind,
    host: {
      hostname: hostname(),
      pid: process.pid,
      cpus: cpus().length,
      memoryBytes() {
        const total = totalmem();
        return { own: process.memoryUsage.rss(), total, used: total - freemem() };
      },
    },
  });
}
