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

/** Resolves at the next sign of life, or after `holdMs`. */
function change(
  { events, clock }: FollowDeps,
  id: string,
  { holdMs, signal }: { holdMs: number; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
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

/**
 * What is new since the caller last asked. Held until there is something, at most `holdMs`:
 * Windmill's command line asks again without a pause.
 */
export async function followJob(
  deps: FollowDeps,
  call: Call,
  known: { id: string; running: boolean; logOffset: number; holdMs: number },
) {
  const { id } = known;
  for (let asked = 0; ; asked += 1) {
    const seen = await findJob(deps.db, call, { id });
    const { logs, offset } = await readLogs(deps.db, id, known.logOffset);
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
    await change(deps, id, { holdMs: known.holdMs, signal: call.signal });
  }
}
