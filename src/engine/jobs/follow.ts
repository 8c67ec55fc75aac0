// Following a job: the long poll behind Windmill's `getupdate`.
import type { Clock } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobEvents } from './events.ts';
import { readLogs } from './logs.ts';
import { findJob } from './visibility.ts';

export interface FollowDeps {
  db: Database;
  clock: Clock;
  events: JobEvents;
}

/** Notes signs of life from now on, so that one between a look and a wait is not lost. */
function watchLife({ events, clock }: FollowDeps, id: string) {
  let stirred = false;
  let wake: (() => void) | undefined;
  const stir = (): void => {
    stirred = true;
    wake?.();
  };
  const stop = events.watch(id, { ended: stir, progressed: stir });
  return {
    stop,
    /** Resolves at the next sign, after `holdMs`, or when `signal` aborts. */
    wait(holdMs: number, signal: AbortSignal): Promise<void> {
      if (stirred || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = (): void => {
          cancel();
          signal.removeEventListener('abort', done);
          resolve();
        };
        const cancel = clock.after(holdMs, done);
        signal.addEventListener('abort', done, { once: true });
        wake = done;
      });
    },
  };
}

interface Known {
  id: string;
  running: boolean;
  logOffset: number;
}

async function look(db: Database, call: Call, known: Known) {
  const seen = await findJob(db, call, { id: known.id });
  const { logs, offset } = await readLogs(db, known.id, known.logOffset);
  return {
    isNew: seen.finished || logs !== '' || seen.running !== known.running,
    update: {
      running: seen.running,
      completed: seen.finished,
      newLogs: logs,
      logOffset: offset,
      memPeak: seen.memPeak,
      progress: seen.progress,
      flowStatus: seen.flowStatus ?? undefined,
    },
  };
}

/**
 * What is new since the caller last asked. Held until there is something, at most `holdMs`:
 * Windmill's command line asks again without a pause.
 */
export async function followJob(
  deps: FollowDeps,
  call: Call,
  { holdMs, ...known }: Known & { holdMs: number },
) {
  const life = watchLife(deps, known.id);
  try {
    const first = await look(deps.db, call, known);
    if (first.isNew || holdMs === 0) return first.update;
    await life.wait(holdMs, call.signal);
    return (await look(deps.db, call, known)).update;
  } finally {
    life.stop();
  }
}
