// Following a job: the long poll behind Windmill's `getupdate`.
import type { Clock } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { resultStreamOf } from '../runners/index.ts';
import type { JobEvents } from './events.ts';
import { readLogs } from './logs.ts';
import { streamSources } from './stream-sources.ts';
import { findJob, type SeenJob } from './visibility.ts';

export interface FollowDeps {
  db: Database;
  clock: Clock;
  events: JobEvents;
}

/** Notes signs of life from now on, so that one between a look and a wait is not lost. */
function watchLife({ events, clock }: FollowDeps) {
  const watched = new Map<string, () => void>();
  let stirred = false;
  let wake: (() => void) | undefined;
  const stir = (): void => {
    stirred = true;
    wake?.();
  };
  return {
    /** Watches these jobs too; true when any of them was not watched yet. */
    also(ids: readonly string[]): boolean {
      const added = ids.filter((id) => !watched.has(id));
      for (const id of added) watched.set(id, events.watch(id, { ended: stir, progressed: stir }));
      return added.length > 0;
    },
    stop(): void {
      for (const stop of watched.values()) stop();
    },
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

/** What was streamed of the result beyond `streamOffset`, and whose signs of life tell of more. */
async function streamed(
  db: Database,
  call: Call,
  { id, streamOffset, seen }: Known & { seen: SeenJob },
) {
  if (streamOffset === undefined) return { watched: [], news: undefined };
  const { sources, around } = await streamSources(db, call, { id, seen });
  let all = '';
  for (const source of sources) all += resultStreamOf((await readLogs(db, source, 0)).logs);
  const news = { newResultStream: all.slice(streamOffset), streamOffset: all.length };
  return { watched: [...around, ...sources], news };
}

async function look(db: Database, call: Call, known: Known) {
  const seen = await findJob(db, call, { id: known.id });
  const { logs, offset } = await readLogs(db, known.id, known.logOffset);
  const { watched, news } = await streamed(db, call, { ...known, seen });
  const isNews = logs !== '' || Boolean(news?.newResultStream);
  return {
    isNew: seen.finished || isNews || seen.running !== known.running,
    watched,
    update: {
      running: seen.running,
      completed: seen.finished,
      newLogs: logs,
      logOffset: offset,
      memPeak: seen.memPeak,
      progress: seen.progress,
      flowStatus: seen.flowStatus ?? undefined,
      ...news,
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
  const life = watchLife(deps);
  life.also([known.id]);
  try {
    let first = await look(deps.db, call, known);
    // What was not watched may have stirred before it was.
    if (!first.isNew && life.also(first.watched)) first = await look(deps.db, call, known);
    if (first.isNew || holdMs === 0) return first.update;
    await life.wait(holdMs, call.signal);
    return (await look(deps.db, call, known)).update;
  } finally {
    life.stop();
  }
}
