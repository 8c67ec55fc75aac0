// The engine as the rest of the house sees it: its operations, what other floors ask of it, and
// the order in which its parts start and stop.
import { hostname } from 'node:os';
import { messageOf } from '../base/index.ts';
import { type AnyOperation, type Call, systemCall } from '../operation/index.ts';
import { createRevisions } from '../store/index.ts';
import { appOperations } from './apps/index.ts';
import { createJobTokens, createPruner, jobOperations } from './jobs/index.ts';
import { agentOperations } from './agents/index.ts';
import { approvalOperations } from './approvals/index.ts';
import type { EngineDeps } from './engine-deps.ts';
import { starsOf } from './favorites/index.ts';
import { flowOperations } from './flows/index.ts';
import { createJobServices } from './job-services.ts';
import { createKept } from './kept.ts';
import { offered, type OfferedResources, takesResource } from './offered.ts';
import { createReadable, grantsOf } from './readable.ts';
import { createRunAsAdmin } from './run-as-admin.ts';
import { type RunnableTool, sampleScript, scriptOperations } from './scripts/index.ts';
import { createSharing, sharingOperations } from './sharing/index.ts';
import { createVerbs } from './verbs.ts';
import { createServiceLog, workerOperations } from './workers/index.ts';
import { workflowOperations } from './workflows/index.ts';

export interface RunnableList {
  /** Changes whenever some caller's list in this workspace may have changed. */
  version: string;
  tools: readonly RunnableTool[];
  /** Present when some tool takes a resource. */
  resources?: OfferedResources;
}

export type Engine = ReturnType<typeof createEngine>;

export function createEngine(deps: EngineDeps) {
  const { db, clock, tick, log, runners, mode, config } = deps;
  const versions = createRevisions(db, 'engine_scripts');
  const verbs = createVerbs(deps, versions);
  const { events, scripts, queue, worker, jobs, rescuer, items, flowEngine, apps } = verbs;
  const { triggers } = verbs;
  const { flows } = flowEngine;
  const { retentionMs } = config;
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
    /** A key of that purpose, the same in every process of this installation. */
    deriveKey: items.deriveKey,
    /** Runs a deployed script with the rights of an admin, and waits for its result. */
    runAsAdmin: createRunAsAdmin({ ...deps, ...items, jobs, waitMs: config.waitMs }),
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
    ...createJobTokens(db),
    /** The scripts and flows that a caller may run as tools. */
    async runnables(call: Call): Promise<RunnableList> {
      // The version first: a change in between then makes the list look older than it is.
      const version = versions.revision(call.workspace ?? '');
      const [scriptTools, flowTools] = await Promise.all([scripts.tools(call), flows.tools(call)]);
      const tools = [...scriptTools, ...flowTools];
      if (!tools.some(takesResource)) return { version, tools };
      return { version, tools, resources: await offered(call, items) };
    },
    /** The version alone, to tell whether a list that is at hand is still good. */
    runnablesVersion: versions.revision,
    onRunnablesChanged: versions.onChange,
    onJobMoved: events.onMoved,
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
