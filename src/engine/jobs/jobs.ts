// The verbs of jobs: run and wait, read, follow, cancel. Storing is in the `.sql.ts` files,
// running in `workers/`.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobEvents } from './events.ts';
import { errorResult, type Job, type Outcome, type RunOptions } from './job.ts';
import * as sql from './jobs.sql.ts';
import { type JobFilters, selectJobs } from './list.sql.ts';
import { readLogs } from './logs.ts';
import type { Push, Queue } from './queue.ts';
import { createRun, type Preview, type RunDeps } from './run.ts';
import { findJob } from './visibility.ts';
import { createWaiting } from './waiting.ts';

export interface JobsDeps extends Omit<RunDeps, 'now'> {
  queue: Queue;
  db: Database;
  clock: Clock;
  events: JobEvents;
  /** Stops a run of this process at once; false when it runs elsewhere. */
  cancelHere: (id: string) => boolean;
  /** Asks the other processes to stop it. */
  cancelElsewhere: (id: string) => void;
  /** How long a synchronous run waits unless it says otherwise, in milliseconds. */
  waitMs: number;
}

interface RunAndWait extends RunOptions {
  waitMs?: number | undefined;
}

export type Jobs = ReturnType<typeof createJobs>;

/** What a canceled job's result says. */
function canceledResult(reason: string): string {
  return errorResult('Canceled', reason === '' ? 'The job was canceled.' : `Canceled: ${reason}`);
}

function createRunVerbs(deps: JobsDeps) {
  const run = createRun({ ...deps, now: deps.clock.now });
  const waiting = createWaiting(deps);

  /** Pushes and waits. When the client goes away before the end, the job is canceled. */
  async function pushAndWait(call: Call, push: Push, waitMs?: number): Promise<Outcome> {
    const { workspace, path } = push;
    let watch: ReturnType<typeof waiting.watch> | undefined;
    try {
      const id = await deps.queue.push(push, (newId) => {
        watch = waiting.watch(workspace, newId, path);
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

  return {
    async run(call: Call, path: string, options: RunOptions): Promise<{ id: string }> {
      return { id: await deps.queue.push(await run.byPath(call, path, options)) };
    },
    async runByHash(call: Call, hash: string, options: RunOptions): Promise<{ id: string }> {
      return { id: await deps.queue.push(await run.byHash(call, hash, options)) };
    },
    async preview(call: Call, wanted: Preview): Promise<{ id: string }> {
      return { id: await deps.queue.push(await run.preview(call, wanted)) };
    },
    async rerun(call: Call, id: string): Promise<{ id: string }> {
      return { id: await deps.queue.push(await run.again(call, id)) };
    },
    async runWait(call: Call, path: string, options: RunAndWait): Promise<Outcome> {
      return pushAndWait(call, await run.byPath(call, path, options), options.waitMs);
    },
    async runWaitByHash(call: Call, hash: string, options: RunAndWait): Promise<Outcome> {
      return pushAndWait(call, await run.byHash(call, hash, options), options.waitMs);
    },
    async previewWait(call: Call, wanted: Preview & RunAndWait): Promise<Outcome> {
      return pushAndWait(call, await run.preview(call, wanted), wanted.waitMs);
    },
    /** Waits for a job that somebody started; does not cancel it when the client goes away. */
    async wait(call: Call, id: string, waitMs?: number): Promise<Outcome> {
      await findJob(deps.db, call, { id });
      const workspace = workspaceOf(call);
      const watch = waiting.watch(workspace, id, null);
      try {
        const now = await waiting.look(workspace, id);
        return now.done ? now : await watch.until(waitMs ?? deps.waitMs, call.signal);
      } finally {
        watch.stop();
      }
    },
  };
}

/** Ends a queued job here; a running one is marked, and its worker told. */
async function cancelRow(
  deps: JobsDeps,
  call: Call,
  { id, reason, force }: { id: string; reason: string; force: boolean },
): Promise<{ id: string; state: 'canceled' | 'canceling' }> {
  const by = [id, workspaceOf(call), displayNameOf(call.caller), reason];
  const ending = [...by, deps.clock.now(), canceledResult(reason)];
  const ended = force ? sql.forceCancel : sql.cancelQueued;
  if (await deps.db.row(ended, ending)) {
    deps.cancelHere(id);
    if (force) deps.cancelElsewhere(id);
    deps.events.ended(id, undefined);
    deps.events.tellOthers(id);
    return { id, state: 'canceled' };
  }
  if (await deps.db.row(sql.cancelRunning, by)) {
    if (!deps.cancelHere(id)) deps.cancelElsewhere(id);
    return { id, state: 'canceling' };
  }
  throw new AppError('conflict', `Job ${id} is already over.`, {
    hint: 'Read its result with getJob.',
  });
}

function createReadVerbs(deps: JobsDeps) {
  const { db, events, clock } = deps;
  const waiting = createWaiting(deps);

  async function get(call: Call, id: string): Promise<Job> {
    await findJob(db, call, { id });
    const found = await db.row<Job>(sql.selectJob, [id, workspaceOf(call)]);
    if (!found) throw notFound('job', id);
    return found;
  }

  /** Resolves at the next sign of life, or after `holdMs`. */
  function change(id: string, { holdMs, signal }: { holdMs: number; signal: AbortSignal }) {
    return new Promise<void>((resolve) => {
      const stop = (): void => {
        unwatch();
        cancel();
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const unwatch = events.watch(id, { ended: stop, progressed: stop });
      const cancel = clock.after(holdMs, stop);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  }

  return {
    async get(call: Call, id: string, { noLogs, noCode }: { noLogs: boolean; noCode: boolean }) {
      const found = await get(call, id);
      if (!noLogs) found.logs = (await readLogs(db, id, 0)).logs;
      if (noCode) delete found.rawCode;
      return found;
    },

    async logs(call: Call, id: string, offset: number) {
      await findJob(db, call, { id });
      return readLogs(db, id, offset);
    },

    async list(call: Call, filters: JobFilters, finished?: boolean): Promise<Job[]> {
      const who = readableBy(call.caller);
      const viewer = {
        workspace: workspaceOf(call),
        all: who.all,
        owners: who.owners,
        principals: who.principals,
        username: displayNameOf(call.caller),
      };
      return selectJobs(db, viewer, { filters, finished });
    },

    /**
     * What is new since the caller last asked. Held until there is something, at most `holdMs`:
     * Windmill's command line asks again without a pause.
     */
    async update(
      call: Call,
      id: string,
      known: { running: boolean; logOffset: number; holdMs: number },
    ) {
      for (let asked = 0; ; asked += 1) {
        const seen = await findJob(db, call, { id });
        const { logs, offset } = await readLogs(db, id, known.logOffset);
        const isNew = seen.finished || logs !== '' || seen.running !== known.running;
        if (isNew || asked > 0 || known.holdMs === 0) {
          return {
            running: seen.running,
            completed: seen.finished,
            newLogs: logs,
            logOffset: offset,
            memPeak: seen.memPeak,
          };
        }
        await change(id, { holdMs: known.holdMs, signal: call.signal });
      }
    },

    async result(call: Call, id: string): Promise<Outcome> {
      await findJob(db, call, { id });
      return waiting.look(workspaceOf(call), id);
    },

    async state(call: Call, id: string) {
      return findJob(db, call, { id });
    },

    async completed(call: Call, id: string): Promise<Job> {
      const found = await get(call, id);
      if (found.type !== 'CompletedJob') throw notFound('completed job', id);
      found.logs = (await readLogs(db, id, 0)).logs;
      return found;
    },

    async count(call: Call, tags: string[] | undefined, finished: boolean) {
      const statement = finished ? sql.countDone : sql.countLive;
      const row = await db.row<{ count: number }>(statement, [workspaceOf(call), tags ?? null]);
      return { databaseLength: row?.count ?? 0 };
    },

    async queuePosition(call: Call, scheduledForMs: number) {
      const row = await db.row<{ count: number }>(sql.countBefore, [
        workspaceOf(call),
        scheduledForMs,
      ]);
      return { position: (row?.count ?? 0) + 1 };
    },
  };
}

export function createJobs(deps: JobsDeps) {
  return {
    ...createRunVerbs(deps),
    ...createReadVerbs(deps),
    async cancel(call: Call, wanted: { id: string; reason: string; force: boolean }) {
      await findJob(deps.db, call, { id: wanted.id, toCancel: true });
      return cancelRow(deps, call, wanted);
    },
  };
}
