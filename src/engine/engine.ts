// Puts the engine together: scripts, jobs, the worker of this process and the rescuer.
// Everything it needs from outside comes in; it starts nothing by itself.
import { cpus, freemem, hostname, totalmem } from 'node:os';
import { type Clock, type Config, messageOf, type RootLog, type SlowTick } from '../base/index.ts';
import { type AnyOperation, type Call, type Caller, systemCall } from '../operation/index.ts';
import type { Egress } from '../egress/index.ts';
import type { Database } from '../store/index.ts';
import { type AppEngineDeps, appOperations, createAppEngine } from './apps/index.ts';
import {
  builtInTags,
  createCodeGate,
  createJobEvents,
  createJobs,
  createPruner,
  createQueue,
  findJobOfToken,
  jobOperations,
  type FlowSteps,
  type JobEvents,
  type LocalWorker,
} from './jobs/index.ts';
import { agentOperations, createMemories, type Memories } from './agents/index.ts';
import { approvalOperations } from './approvals/index.ts';
import { createFlowEngine, type FlowEngine, flowOperations, type MarkFlow } from './flows/index.ts';
import { createKept } from './kept.ts';
import { createHomes } from './homes/index.ts';
import { type Builder, mergeSchema } from './languages/index.ts';
import { starsOf } from './favorites/index.ts';
import { createItems, type Items } from './items.ts';
import { createJobServices } from './job-services.ts';
import { offered, type OfferedResources, takesResource } from './offered.ts';
import { createReadable, grantsOf } from './readable.ts';
import type { Runners } from './runners/index.ts';
import {
  createScriptEnvs,
  createScripts,
  type RunnableTool,
  type Scripts,
  sampleScript,
  scriptOperations,
} from './scripts/index.ts';
import { createSharing, sharingOperations } from './sharing/index.ts';
import { createTriggers } from './triggers.ts';
import { createVersions } from './versions.ts';
import { approvalsOf, workflowsOf } from './workflow-engine.ts';
import { workflowOperations, type WorkflowSteps } from './workflows/index.ts';
import {
  cancelElsewhere,
  createAgentStep,
  type Completer,
  createBundles,
  createDependencies,
  createLockStep,
  createCompleter,
  createGiveBack,
  createJobRunner,
  createJobSecrets,
  type JobSecrets,
  createRescuer,
  createSharedFolders,
  createRunArguments,
  createServiceLog,
  createWorker,
  createWorkerGroups,
  type GiveBack,
  type SharedFolders,
  type Worker,
  workerOperations,
} from './workers/index.ts';

export interface EngineDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: RootLog;
  config: Pick<
    Config,
    | 'workerSlots'
    | 'workerGroup'
    | 'workerTags'
    | 'drainMs'
    | 'retentionMs'
    | 'allowUnsandboxed'
    | 'waitMs'
    | 'dataFolder'
    | 'masterKey'
  >;
  runners: Runners;
  egress: Egress;
  builder: Builder;
  sandbox: { kind: string };
  /** The address that scripts reach the server under. */
  origin: () => string;
  /** Does this process serve, or only run jobs? */
  mode: 'server' | 'worker';
  /** Jobs of this process reach the server through another process. */
  callsElsewhere: boolean;
  /** Somebody with full rights in a workspace, for what a job refers to in its arguments. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  /** The username of a member, by e-mail address. */
  usernameOf: (workspace: string, email: string) => Promise<string | undefined>;
  /** Told after a star was set or taken: what tokens may do follows. */
  onStarred: () => void;
  /** Told at the points of a flow where a crash must do no harm. */
  mark: MarkFlow;
}

export interface RunnableList {
  /** Changes whenever some caller's list in this workspace may have changed. */
  version: string;
  tools: readonly RunnableTool[];
  /** Present when some tool takes a resource. */
  resources?: OfferedResources;
}

export type Engine = ReturnType<typeof createEngine>;

/** The queue needs the worker and the worker needs what the queue made: tied here, once. */
function lateWorker(): LocalWorker & Pick<Worker, 'host'> & { set(worker: Worker): void } {
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
function createRunning(
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

/** Apps run scripts and flows, and code of their own. */
function appsOf({
  flowEngine: { flows, pushes },
  ...parts
}: Omit<AppEngineDeps, 'flowPerms' | 'pushFlow'> & { flowEngine: FlowEngine }) {
  return createAppEngine({ ...parts, flowPerms: flows.extraPerms, pushFlow: pushes.byPath });
}

function createVerbs(deps: EngineDeps, versions: ReturnType<typeof createVersions>) {
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
  const { changed: onChanged, of: versionOf } = versions;
  const items = createItems({ ...deps, learn: secrets.learn, onChanged, versionOf });
  const flowEngine = createFlowEngine({
    ...shared,
    events,
    scripts,
    worker: local,
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

export function createEngine(deps: EngineDeps) {
  const { db, clock, tick, log, runners } = deps;
  const versions = createVersions(db);
  const verbs = createVerbs(deps, versions);
  const { events, scripts, queue, worker, jobs, rescuer, items, flowEngine, apps } = verbs;
  const { triggers } = verbs;
  const { flows } = flowEngine;
  const { retentionMs } = deps.config;
  const extraPerms = grantsOf(verbs);
  const onChanged = versions.changed;
  const onStarred = (workspace: string): void => {
    onChanged(workspace);
    deps.onStarred();
  };
  const sharing = createSharing({ db, onChanged });
  const assertReadable = createReadable(extraPerms);
  const kept = createKept({ ...deps, assertReadable, onChanged, onStarred, scripts, jobs });
  const pruner = createPruner({ db, clock, tick, log, retentionMs, forget: verbs.memories.prune });
  const { mode, config } = deps;
  const of = { worker: worker.name, hostname: hostname(), mode, workerGroup: config.workerGroup };
  const serviceLog = createServiceLog({ db, clock, tick, log, of });
  const shown = { db, clock, groups: verbs.groups, flushLog: serviceLog.flush };
  const services = createJobServices({ ...deps, items });
  const operations: AnyOperation[] = [
    ...scriptOperations(scripts),
    ...flowOperations(flows),
    ...appOperations(apps),
    ...jobOperations(jobs),
    ...agentOperations(verbs.memories),
    ...approvalOperations(verbs.approvals),
    ...workflowOperations(verbs.workflows),
    ...items.operations,
    ...kept.operations,
    ...sharingOperations(sharing),
    ...services.operations,
    ...triggers.operations,
    ...workerOperations({ ...shown, ownTags: () => runners.languages }),
  ];

  return {
    operations,
    /** A key of that purpose, the same everywhere; and what seals under the key of a workspace. */
    deriveKey: items.deriveKey,
    sealer: items.sealer,
    /** What items grant by themselves, for the port that `authorise` asks. */
    extraPerms,
    /** The scripts and flows that a person has starred. */
    starsOf: (workspace: string, userId: string) => starsOf(db, workspace, userId),
    /** What answers below `/api/r/`. */
    routes: triggers.routes,
    /** What runs after runs of the workspace, for its settings. */
    handlers: triggers.handlers,
    /** Which address hears of changes to its items, for the same. */
    webhook: triggers.webhook,
    /** The bytes of stored files, for the surface that streams them; who may is settled before. */
    files: services.files,
    /** Takes back what items grant to a person or a group that is gone. */
    dropGrants: sharing.dropGrants,
    /** Is anything in a folder of this name, or did anything run there? */
    holdsItems: sharing.holdsItems,
    /** Who a job's token speaks for; undefined when the job is over. */
    findJobOfToken: (token: string) => findJobOfToken(db, token),
    /** The scripts and flows that a caller may run as tools. */
    async runnables(call: Call): Promise<RunnableList> {
      // The version first: a change in between then makes the list look older than it is.
      const version = versions.of(call.workspace ?? '');
      const [scriptTools, flowTools] = await Promise.all([scripts.tools(call), flows.tools(call)]);
      const tools = [...scriptTools, ...flowTools];
      if (!tools.some(takesResource)) return { version, tools };
      return { version, tools, resources: await offered(call, items) };
    },
    /** The version alone, to tell whether a list that is at hand is still good. */
    runnablesVersion: versions.of,
    onRunnablesChanged: versions.onChange,
    /** Puts the sample script into a new workspace; a failure is logged, not thrown. */
    async addSample(workspace: string): Promise<void> {
      try {
        await scripts.create(systemCall(workspace), sampleScript);
      } catch (error) {
        log.warn('the sample script could not be deployed', { message: messageOf(error) });
      }
    },
    async start(): Promise<void> {
      const { workerSlots: slots, workerTags: tags } = config;
      serviceLog.start({ slots, tags, isolation: deps.sandbox.kind });
      // Everything but secrets works without the master key, so this does not stop the start.
      await items.checkMasterKey().catch((error: unknown) => {
        log.error('stored secrets cannot be read', { message: messageOf(error) });
      });
      await items.variables.prune();
      await Promise.all([events.start(), versions.start(), runners.start()]);
      await rescuer.start();
      await worker.start();
      await triggers.start();
      pruner.start();
      services.start();
      kept.start();
      verbs.sharedFolders.start();
    },
    async stop(): Promise<void> {
      await rescuer.stop();
      await pruner.stop();
      await services.stop();
      await kept.stop();
      await triggers.stop();
      await worker.stop(deps.config.drainMs);
      await queue.drain();
      await flowEngine.stop();
      await verbs.sharedFolders.stop();
      await runners.stop();
      events.stop();
      versions.stop();
      await serviceLog.stop();
    },
  };
}
