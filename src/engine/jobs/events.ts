// Signals about jobs inside this process, and the hints that other processes send. A waiter never
// relies on them alone: a signal can be missed, so it also looks into the database now and then.
import type { Database } from '../../store/index.ts';

/** How a run of this process ended, as it was stored. */
export interface Ended {
  success: boolean;
  resultJson: string;
}

export interface JobEvents {
  /** A job is over. `ended` is absent when another process ended it: read the row. */
  ended(id: string, ended: Ended | undefined): void;
  /** It is over without a worker: tells everybody, here and elsewhere. */
  settled(id: string): void;
  /** Tells other processes that the job is over. */
  tellOthers(id: string): void;
  /** Tells other processes that it has new log lines. */
  tellProgress(id: string): void;
  /** Many jobs ended: everybody looks at theirs, here and elsewhere. */
  lookAgain(): void;
  /** New log lines, or the job has begun to run. */
  progressed(id: string): void;
  /** Calls back on every signal about the job; returns the function that stops. */
  watch(
    id: string,
    on: { ended?: (ended: Ended | undefined) => void; progressed?: () => void },
  ): () => void;
  /** The same at every sign of life; who may know of the job is settled before. */
  onMoved(id: string, moved: () => void): () => void;
  /** Is anybody watching this job here? */
  watched(id: string): boolean;
  start(): Promise<void>;
  stop(): void;
}

type Watcher = Parameters<JobEvents['watch']>[1];

const channel = 'engine_ended';
const progressChannel = 'engine_progressed';

export function createJobEvents(db: Database): JobEvents {
  const watchers = new Map<string, Set<Watcher>>();
  const stops: (() => void)[] = [];

  function each(id: string, tell: (watcher: Watcher) => void): void {
    const set = watchers.get(id);
    if (set) for (const watcher of set) tell(watcher);
  }

  const events: JobEvents = {
    ended: (id, ended) => each(id, (watcher) => watcher.ended?.(ended)),
    settled(id) {
      events.ended(id, undefined);
      events.tellOthers(id);
    },
    tellOthers: (id) => db.notify(channel, id),
    lookAgain() {
      for (const id of watchers.keys()) events.ended(id, undefined);
      db.notify(channel, '');
    },
    tellProgress: (id) => db.notify(progressChannel, id),
    progressed: (id) => each(id, (watcher) => watcher.progressed?.()),
    watch(id, on) {
      const set = watchers.get(id) ?? new Set();
      watchers.set(id, set);
      set.add(on);
      return () => {
        set.delete(on);
        if (set.size === 0) watchers.delete(id);
      };
    },
    onMoved: (id, moved) => events.watch(id, { ended: moved, progressed: moved }),
    watched: (id) => watchers.has(id),
    async start() {
      const hearEnd = await db.listen(channel, (payload) => {
        // After a re-connect nobody knows what was missed: everybody looks again.
        const ids = payload === '' ? [...watchers.keys()] : [payload];
        for (const id of ids) events.ended(id, undefined);
      });
      const hearProgress = await db.listen(progressChannel, (id) => events.progressed(id));
      stops.push(hearEnd, hearProgress);
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
    },
  };
  return events;
}
