// Puts the engine together: scripts, jobs, the worker of this process and the rescuer.
// Everything it needs from outside comes in; it starts nothing by itself.
import { cpus, hostname } from 'node:os';
import { type Clock, type Config, type Log, messageOf } from '../base/index.ts';
import { type AnyOperation, type Call, systemCall } from '../operation/index.ts';
import type { Database } from '../store/index.ts';
import { createCodeGate } from './jobs/code-gate.ts';
import { createJobEvents } from './jobs/events.ts';
import { createJobs } from './jobs/jobs.ts';
import { jobOperations } from './jobs/operations/index.ts';
import { createQueue, type LocalWorker } from './jobs/queue.ts';
import { findJobOfToken } from './jobs/token-lookup.ts';
import { type Builder, inferSignature, mergeSchema } from './languages/index.ts';
import type { Runners } from './runners/index.ts';
import { scriptOperations } from './scripts/operations/index.ts';
import { sampleScript } from './scripts/sample.ts';
import { createScripts, type RunnableTool } from './scripts/scripts.ts';
import { createBundles } from './workers/bundles.ts';
import { createCompleter } from './workers/completer.ts';
import { workerOperations } from './workers/operations/index.ts';
import { createRescuer } from './workers/rescuer.ts';
import { createJobRunner } from './workers/runner.ts';
import { cancelElsewhere, createWorker, type Worker } from './workers/worker.ts';

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

const scriptsChannel = 'engine_scripts';
/** How long SIGTERM waits for running jobs. */
const drainMs = 10_000;

/** Counts the changes of each workspace's scripts, here and in other processes. */
function createVersions(db: Database) {
  const versions = new Map<string, number>();
  let base = 0;
  let stopListening: (() => void) | undefined;
  const bump = (workspace: string): void => {
    versions.set(workspace, (versions.get(workspace) ?? 0) + 1);
  };
  return {
    of: (workspace: string) => `${base}.${versions.get(workspace) ?? 0}`,
    changed(workspace: string) {
      bump(workspace);
      db.notify(scriptsChannel, workspace);
    },
    async start() {
      stopListening = await db.listen(scriptsChannel, (workspace) => {
        // After a re-connect anything may have changed.
        if (workspace === '') base += 1;
        else bump(workspace);
      });
    },
    stop: () => stopListening?.(),
  };
}

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

export function createEngine(deps: EngineDeps) {
  const { db, clock, log, config, builder, runners } = deps;
  const events = createJobEvents(db);
  const versions = createVersions(db);
  const sandboxed = deps.sandbox.kind === 'bwrap';
  const mayBringCode = createCodeGate({ sandboxed, allowUnsandboxed: config.allowUnsandboxed });
  const scripts = createScripts({
    db,
    clock,
    builder,
    inferSignature,
    mergeSchema,
    mayBringCode,
    onChanged: versions.changed,
  });
  const completer = createCompleter({ db, events, log });
  const bundles = createBundles(db);
  const runJob = createJobRunner({
    db,
    runners,
    bundles,
    completer,
    events,
    clock,
    log,
    origin: deps.origin,
    workerGroup: deps.workerGroup,
  });
  const local = lateWorker();
  const queue = createQueue({ db, clock, worker: local });
  const worker = createWorker({
    db,
    clock,
    log,
    events,
    completer,
    runJob,
    slots: config.workerSlots,
    tags: runners.languages,
    group: deps.workerGroup,
    isolation: deps.sandbox.kind,
    host: {
      hostname: hostname(),
      pid: process.pid,
      memoryBytes: () => process.memoryUsage.rss(),
      cpus: cpus().length,
    },
  });
  local.set(worker);
  const rescuer = createRescuer({
    db,
    clock,
    log,
    events,
    onRequeued: (tags) => tags.forEach((tag) => worker.wake(tag)),
  });
  const jobs = createJobs({
    db,
    clock,
    events,
    queue,
    scripts,
    builder,
    inferSignature,
    mayBringCode,
    waitMs: config.waitMs,
    cancelHere: worker.cancel,
    cancelElsewhere: (id) => cancelElsewhere(db, id),
  });
  const operations: AnyOperation[] = [
    ...scriptOperations(scripts),
    ...jobOperations(jobs),
    ...workerOperations({ db, clock }),
  ];

  return {
    operations,
    /** What `authorise` asks about scripts. */
    extraPerms: (workspace: string, path: string) => scripts.extraPerms(workspace, path),
    /** Who a job's token speaks for; undefined when the job is over. */
    findJobOfToken: (token: string) => findJobOfToken(db, token),
    /** The scripts that a caller may run as tools. */
    async runnables(call: Call): Promise<RunnableList> {
      const version = versions.of(call.workspace ?? '');
      return { version, tools: await scripts.tools(call) };
    },
    runnablesVersion: (workspace: string) => versions.of(workspace),
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
