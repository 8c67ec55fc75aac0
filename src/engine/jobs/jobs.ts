// The verbs of jobs, as operations call them: run, run and wait, and what the other files of
// this folder do. Storing is in the `.sql.ts` files, running in `workers/`.
import { type Call, workspaceOf } from '../../operation/index.ts';
import { type CancelDeps, cancelJob, cancelRow, type CancelRequest } from './cancel.ts';
import { createBatch } from './batch.ts';
import { createConcurrency } from './concurrency.ts';
import { followJob } from './follow.ts';
import type { FlowStepPreview, Outcome, RunOptions } from './job.ts';
import { createLocks } from './locks.ts';
import { createNotes } from './notes.ts';
import type { Push, Queue } from './queue.ts';
import { createMany } from './many.ts';
import { createReading } from './read.ts';
import {
  createRun,
  type FlowPreview,
  type Preview,
  type RestartPoint,
  type RunDeps,
} from './run.ts';
import { createTrees } from './tree.ts';
import { runNow } from './run-now.ts';
import { readStanding } from './standing.ts';
import { createTransfer } from './transfer.ts';
import { createValues } from './values.ts';
import { findJob } from './visibility.ts';
import { outcomeOf, type Watch, watchJob } from './waiting.ts';

export interface JobsDeps extends Omit<RunDeps, 'now'>, CancelDeps {
  queue: Queue;
  /** How long a synchronous run waits unless it says otherwise, in milliseconds. */
  waitMs: number;
  /** How a workflow as code stands; undefined for any other job. */
  workflowStatus: (id: string) => Promise<unknown>;
}

interface RunAndWait extends RunOptions {
  waitMs?: number | undefined;
}

export type Jobs = ReturnType<typeof createJobs>;

/** Pushes and waits. When the client goes away before the end, the job is canceled. */
async function pushAndWait(
  deps: JobsDeps,
  call: Call,
  { push, waitMs }: { push: Push; waitMs: number | undefined },
): Promise<Outcome> {
  const { workspace, path } = push;
  let watch: Watch | undefined;
  try {
    const id = await deps.queue.push(push, (newId) => {
      const early = push.flowState !== undefined && 'early' in push.flowState;
      watch = watchJob(deps, { workspace, id: newId, path, early });
    });
    const outcome = await watch?.until(waitMs ?? deps.waitMs, call.signal);
    if (!outcome) throw new Error('the queue did not announce the job');
    if (!outcome.done && call.signal.aborted) {
      await cancelRow(deps, call, { id, reason: 'the client went away', force: false });
    }
    return outcome;
  } finally {
    watch?.stop();
  }
}

/** Waits for a job that somebody started; does not cancel it when the client goes away. */
async function waitFor(
  deps: JobsDeps,
  call: Call,
  { id, waitMs }: { id: string; waitMs: number | undefined },
): Promise<Outcome> {
  await findJob(deps.db, call, { id });
  const workspace = workspaceOf(call);
  const watch = watchJob(deps, { workspace, id, path: null });
  try {
    const now = await outcomeOf(deps.db, workspace, id);
    return now.done ? now : await watch.until(waitMs ?? deps.waitMs, call.signal);
  } finally {
    watch.stop();
  }
}

export function createJobs(deps: JobsDeps) {
  const { queue } = deps;
  const reading = createReading(deps);
  const run = createRun({ ...deps, now: deps.clock.now });
  const locks = createLocks({ ...deps, now: deps.clock.now });
  const start = async (push: Promise<Push>): Promise<{ id: string }> => ({
    id: await queue.push(await push),
  });
  return {
    /** What runs are made of, for those who store the rows themselves. */
    pushes: run,
    ...createNotes(deps),
    ...createTrees(deps),
    ...createConcurrency(deps),
    ...createMany(deps, reading.listIds),
    ...createBatch({ queue, run, flows: deps.flows, now: deps.clock.now }),
    ...reading,
    ...createValues(deps),
    ...createTransfer({
      db: deps.db,
      again: {
        script: (call, path, options) => start(run.byPath(call, path, options)),
        version: (call, hash, options) => start(run.byHash(call, hash, options)),
        flow: (call, path, options) => start(deps.flows.byPath(call, path, options)),
      },
    }),
    lockScript: async (call: Call, source: Parameters<typeof locks.script>[1]) => ({
      id: await queue.push(locks.script(call, source)),
    }),
    lockScriptWait: (
      call: Call,
      { waitMs, ...source }: Parameters<typeof locks.script>[1] & { waitMs?: number | undefined },
    ) => pushAndWait(deps, call, { push: locks.script(call, source), waitMs }),
    lockFlow: async (call: Call, flow: Parameters<typeof locks.flow>[1]) => ({
      id: await queue.push(locks.flow(call, flow)),
    }),
    standing: (call: Call, id: string) => readStanding(deps, call, id),
    run: (call: Call, path: string, options: RunOptions) => start(run.byPath(call, path, options)),
    runByHash: (call: Call, hash: string, options: RunOptions) =>
      start(run.byHash(call, hash, options)),
    preview: (call: Call, wanted: Preview) => start(run.preview(call, wanted)),
    rerun: (call: Call, id: string) => start(run.again(call, id)),
    restart: (call: Call, point: RestartPoint) => start(run.restart(call, point)),
    runNow: (call: Call, id: string) => runNow(deps, call, id),
    async runWait(call: Call, path: string, { waitMs, ...options }: RunAndWait) {
      return pushAndWait(deps, call, { push: await run.byPath(call, path, options), waitMs });
    },
    async runWaitByHash(call: Call, hash: string, { waitMs, ...options }: RunAndWait) {
      return pushAndWait(deps, call, { push: await run.byHash(call, hash, options), waitMs });
    },
    async previewWait(call: Call, { waitMs, ...wanted }: Preview & RunAndWait) {
      return pushAndWait(deps, call, { push: await run.preview(call, wanted), waitMs });
    },
    runFlow: (call: Call, path: string, options: RunOptions) =>
      start(deps.flows.byPath(call, path, options)),
    runFlowVersion: (call: Call, version: number, options: RunOptions) =>
      start(deps.flows.byVersion(call, version, options)),
    previewFlow: (call: Call, wanted: FlowPreview) => start(deps.flows.preview(call, wanted)),
    async runFlowWait(call: Call, path: string, { waitMs, ...options }: RunAndWait) {
      return pushAndWait(deps, call, {
        push: await deps.flows.byPath(call, path, options),
        waitMs,
      });
    },
    async runFlowVersionWait(call: Call, version: number, { waitMs, ...options }: RunAndWait) {
      const push = await deps.flows.byVersion(call, version, options);
      return pushAndWait(deps, call, { push, waitMs });
    },
    async previewFlowWait(call: Call, { waitMs, ...wanted }: FlowPreview & RunAndWait) {
      return pushAndWait(deps, call, { push: await deps.flows.preview(call, wanted), waitMs });
    },
    async previewFlowStepWait(
      call: Call,
      { waitMs, ...wanted }: FlowStepPreview & { waitMs?: number | undefined },
    ) {
      if (wanted.fromJob !== undefined) await findJob(deps.db, call, { id: wanted.fromJob });
      return pushAndWait(deps, call, { push: await deps.flows.previewStep(call, wanted), waitMs });
    },
    wait: (call: Call, id: string, waitMs?: number) => waitFor(deps, call, { id, waitMs }),
    /** The result of a job, over or not. */
    async result(call: Call, id: string): Promise<Outcome> {
      await findJob(deps.db, call, { id });
      return outcomeOf(deps.db, workspaceOf(call), id);
    },
    update: (call: Call, id: string, known: Omit<Parameters<typeof followJob>[2], 'id'>) =>
      followJob(deps, call, { id, ...known }),
    cancel: (call: Call, wanted: CancelRequest) => cancelJob(deps, call, wanted),
  };
}
