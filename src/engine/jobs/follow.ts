// Following a job: the long poll behind Windmill's `getupdate`.
import type { Clock } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { resultStreamOf } from '../runners/index.ts';
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
  /** Units of the streamed result that the caller has; absent when it wants none of it. */
  streamOffset?: number | undefined;
}

/** What the job has streamed of its result beyond `streamOffset`; read from its log. */
async function streamed(db: Database, { id, streamOffset }: Known) {
  if (streamOffset === undefined) return {};
  const all = resultStreamOf((await readLogs(db, id, 0)).logs);
  return { newResultStream: all.slice(streamOffset), streamOffset: all.length };
}

async function look(db: Database, call: Call, known: Known) {
  const seen = await findJob(db, call, { id: known.id });
  const { logs, offset } = await readLogs(db, known.id, known.logOffset);
  const stream = await streamed(db, known);
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
      ...stream,
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
