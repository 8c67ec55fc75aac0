// Waiting for a job: by signal where this process ends it, with a slow look into the database
// as the floor where another process does.
import { type Clock, notFound } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Ended, JobEvents } from './events.ts';
import type { Outcome } from './job.ts';
import { selectOutcome } from './jobs.sql.ts';

/** How often a waiter looks for itself; only a missed notification makes it matter. */
const lookEveryMs = 5000;

export interface WaitingDeps {
  db: Database;
  clock: Clock;
  events: JobEvents;
}

interface OutcomeRow {
  finished: boolean;
  success: boolean | null;
  result: unknown;
  path: string | null;
  early: { success: boolean; result: unknown } | null;
}

/** How the job stands now. */
export async function outcomeOf(db: Database, workspace: string, id: string): Promise<Outcome> {
  const row = await db.row<OutcomeRow>(selectOutcome, [id, workspace]);
  if (!row) throw notFound('job', id);
  return {
    id,
    done: row.finished,
    success: row.success,
    result: row.finished ? row.result : null,
    path: row.path,
  };
}

/** The same for who called a flow and waits: one may answer before it is over. */
async function answerOf(db: Database, workspace: string, id: string): Promise<Outcome> {
  const row = await db.row<OutcomeRow>(selectOutcome, [id, workspace]);
  if (row?.early) return { id, done: true, ...row.early, path: row.path };
  return outcomeOf(db, workspace, id);
}

/** A latch that remembers the last signal, so that one between two waits is not lost. */
function createLatch(clock: Clock) {
  let heard: { ended: Ended | undefined } | undefined;
  let open: (() => void) | undefined;
  return {
    hear(ended: Ended | undefined): void {
      heard = { ended };
      open?.();
    },
    take() {
      const last = heard;
      heard = undefined;
      return last;
    },
    /** Resolves when something was heard, `ms` passed or `abort` fired. */
    wait(ms: number, abort: AbortSignal): Promise<void> {
      if (heard || abort.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const stop = (): void => {
          cancel();
          abort.removeEventListener('abort', stop);
          open = undefined;
          resolve();
        };
        const cancel = clock.after(ms, stop);
        abort.addEventListener('abort', stop, { once: true });
        open = stop;
      });
    },
  };
}

export interface Watch {
  /** The outcome, or one with `done: false` when `waitMs` passed or `abort` fired first. */
  until(waitMs: number, abort: AbortSignal): Promise<Outcome>;
  stop(): void;
}

/** Watches from now on, so that nothing is missed between starting a job and waiting for it. */
export function watchJob(
  { db, clock, events }: WaitingDeps,
  how: { workspace: string; id: string; path: string | null; early?: boolean },
): Watch {
  const { workspace, id, path, early = false } = how;
  const latch = createLatch(clock);
  const stop = events.watch(id, { ended: latch.hear });

  async function settled(ended: Ended | undefined): Promise<Outcome> {
    if (!ended || early) return (early ? answerOf : outcomeOf)(db, workspace, id);
    const result: unknown = JSON.parse(ended.resultJson);
    return { id, done: true, success: ended.success, result, path };
  }

  return {
    stop,
    async until(waitMs, abort) {
      const deadline = clock.now() + waitMs;
      for (;;) {
        const left = Math.max(0, deadline - clock.now());
        await latch.wait(Math.min(lookEveryMs, left), abort);
        const outcome = await settled(latch.take()?.ended);
        if (outcome.done || abort.aborted || clock.now() >= deadline) return outcome;
      }
    },
  };
}
