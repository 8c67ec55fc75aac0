// Waiting for a job: by signal where this process ends it, with a slow look into the database
// as the floor where another process does.
import { type Clock, notFound } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Ended, JobEvents } from './events.ts';
import type { Outcome } from './job.ts';
import { selectOutcome } from './jobs.sql.ts';

/** How often a waiter looks for itself; only a missed notification makes it matter. */
const lookEveryMs = 5000;

interface OutcomeRow {
  finished: boolean;
  success: boolean | null;
  result: unknown;
  path: string | null;
}

export function createWaiting({
  db,
  clock,
  events,
}: {
  db: Database;
  clock: Clock;
  events: JobEvents;
}) {
  async function look(workspace: string, id: string): Promise<Outcome> {
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

  /** Watches from now on, so that nothing is missed between starting a job and waiting for it. */
  function watch(workspace: string, id: string, path: string | null) {
    let end: ((ended: Ended | undefined) => void) | undefined;
    let known: { ended: Ended | undefined } | undefined;
    const unwatch = events.watch(id, {
      ended(ended) {
        known = { ended };
        end?.(ended);
      },
    });

    async function settled(ended: Ended | undefined): Promise<Outcome> {
      if (!ended) return look(workspace, id);
      const result: unknown = JSON.parse(ended.resultJson);
      return { id, done: true, success: ended.success, result, path };
    }

    /** Resolves when something happened or `ms` passed. */
    function signal(ms: number, abort: AbortSignal): Promise<boolean> {
      return new Promise((resolve) => {
        if (known || abort.aborted) {
          resolve(known !== undefined);
          return;
        }
        const stop = (heard: boolean): void => {
          cancel();
          abort.removeEventListener('abort', aborted);
          end = undefined;
          resolve(heard);
        };
        const aborted = (): void => stop(false);
        const cancel = clock.after(ms, () => stop(false));
        abort.addEventListener('abort', aborted, { once: true });
        end = () => stop(true);
      });
    }

    return {
      /** The outcome, or one with `done: false` when `waitMs` passed or `abort` fired first. */
      async until(waitMs: number, abort: AbortSignal): Promise<Outcome> {
        const deadline = clock.now() + waitMs;
        for (;;) {
          const left = deadline - clock.now();
          await signal(Math.min(lookEveryMs, Math.max(0, left)), abort);
          const heard = known;
          known = undefined;
          const outcome = await settled(heard?.ended);
          if (outcome.done || abort.aborted || clock.now() >= deadline) return outcome;
        }
      },
      stop: unwatch,
    };
  }

  return { look, watch };
}

export type Waiting = ReturnType<typeof createWaiting>;
