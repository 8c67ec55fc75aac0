// Puts the engine together: scripts, jobs, the worker of this process and the rescuer.
// Everything it needs from outside comes in; it starts nothing by itself.
import { cpus, hostname } from 'node:os';
import { type Clock, type Config, type Log, messageOf } from '../base/index.ts';
import { type AnyOperation, type Call, systemCall } from '../operation/index.ts';
import type { Database } from '../store/index.ts';
import {
  createCodeGate,
  createJobEvents,
  createJobs,
  createQueue,
  findJobOfToken,
  jobOperations,
  type LocalWorker,
} from './jobs/index.ts';
import { type Builder, mergeSchema } from './languages/index.ts';
import type { Runners } from './runners/index.ts';
import {
  createScripts,
  type RunnableTool,
  sampleScript,
  scriptOperations,
} from './scripts/index.ts';
import { createVersions } from './versions.ts';
import {
  cancelElsewhere,
  createBundles,
  createCompleter,
  createJobRunner,
  createRescuer,
  createWorker,
  type Worker,
  workerOperations,
} from './workers/index.ts';

export interface EngineDeps {
  db: Database;
  clock: Clock;
  log: Log;
  config: Pick<Config, 'workerSlots' | 'allowUnsandboxed' | 'waitMs'>;
  runners: Runners;
  builder: Builder;
  sandbox: { kind: string };
  /** The address that scripts reach the server under. */
  origin: () => string;
  workerGroup: string;
}

export interface RunnableList {
  /** Changes whenever some caller's list in this workspace may have changed. */
  version: string;
  tools: readonly RunnableTool[];
}

export type Engine = ReturnType<typeof createEngine>;

/** How long SIGTERM waits for running jobs. */
const drainMs = 10_000;

/** The queue needs the worker and the worker needs what the queue made: tied here, once. */
function lateWorker(): LocalWorker & { set(worker: Worker): void } {
  let worker: Worker | undefined;
  return {
    set(made) {
      worker = made;
    },
    reserve: (tag) => worker?.reserve(tag),
    wake: (tag) => worker?.wake(tag),
    wakeAt: (dueAt) => worker?.wakeAt(dueAt),
  };
}

/** The worker of this process, with what it runs jobs by and stores their ends with. */
function createRunning(deps: EngineDeps, events: ReturnType<typeof createJobEvents>) {
  const { db, clock, log, runners } = deps;
  const completer = createCompleter({ db, events, log });
  const runJob = createJobRunner({ ...deps, events, completer, bundles: createBundles(db) });
  return createWorker({
    db,
    clock,
    log,
    events,
    completer,
    runJob,
    slots: deps.config.workerSlots,
    tags: () => runners.languages,
    group: deps.workerGroup,
    isolation: deps.sandbox.kind,
    host: {
      hostname: hostname(),
      pid: process.pid,
      memoryBytes: () => process.memoryUsage.rss(),
      cpus: cpus().length,
    },
  });
}

function createVerbs(deps: EngineDeps, versions: ReturnType<typeof createVersions>) {
  const { db, clock, log, config } = deps;
  const events = createJobEvents(db);
  const mayBringCode = createCodeGate({
    sandboxed: deps.sandbox.kind === 'bwrap',
    allowUnsandboxed: config.allowUnsandboxed,
  });
  // The builder infers inside the sandbox, where the language needs its own parser.
  const { inferSignature } = deps.builder;
  const shared = { ...deps, inferSignature, mergeSchema, mayBringCode };
  const scripts = createScripts({ ...shared, onChanged: versions.changed });
  const local = lateWorker();
  const queue = createQueue({ db, clock, worker: local });
  const worker = createRunning(deps, events);
  local.set(worker);
  const jobs = createJobs({
    ...shared,
    events,
    queue,
    scripts,
    waitMs: config.waitMs,
    cancelHere: worker.cancel,
    cancelElsewhere: (id) => cancelElsewhere(db, id),
  });
  const rescuer = createRescuer({
    db,
    clock,
    log,
    events,
    onRequeued: (tags) => tags.forEach((tag) => worker.wake(tag)),
  });
  return { events, scripts, queue, worker, jobs, rescuer };
}

export function createEngine(deps: EngineDeps) {
  const { db, clock, log, runners } = deps;
  const versions = createVersions(db);
  const { events, scripts, queue, worker, jobs, rescuer } = createVerbs(deps, versions);
  const operations: AnyOperation[] = [
    ...scriptOperations(scripts),
    ...jobOperations(jobs),
    ...workerOperations({ db, clock }),
  ];

  return {
    operations,
    /** What `authorise` asks about scripts. */
    extraPerms: scripts.extraPerms,
    /** Who a job's token speaks for; undefined when the job is over. */
    findJobOfToken: (token: string) => findJobOfToken(db, token),
    /** The scripts that a caller may run as tools. */
    async runnables(call: Call): Promise<RunnableList> {
      // The version first: a change in between then makes the list look older than it is.
      const version = versions.of(call.workspace ?? '');
      return { version, tools: await scripts.tools(call) };
    },
    /** The version alone, to tell whether a list that is at hand is still good. */
    runnablesVersion: versions.of,
    /** Puts the sample script into a new workspace; a failure is logged, not thrown. */
    async addSample(workspace: string): Promise<void> {
      try {
        await scripts.create(systemCall(workspace), sampleScript);
      } catch (error) {
        log.warn('the sample script could not be deployed', { message: messageOf(error) });
      }
    },
    async start(): Promise<void> {
      await Promise.all([events.start(), versions.start(), runners.start()]);
      await rescuer.start();
      await worker.start();
    },
    async stop(): Promise<void> {
      rescuer.stop();
      await worker.stop(drainMs);
      await queue.drain();
      await runners.stop();
      events.stop();
      versions.stop();
    },
  };
}
