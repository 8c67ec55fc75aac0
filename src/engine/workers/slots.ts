// The slots of a worker: each runs one job at a time, and hands itself to a flow's next step.
import type { Clock, Log } from '../../base/index.ts';
import type { ClaimedJob, Slot } from '../jobs/index.ts';
import { createOccupancy } from './occupancy.ts';

interface Running {
  abort: AbortController;
  done: Promise<void>;
}

/** A job that is worked on outside the slots. */
export interface Guest {
  worker: string;
  /** It is over. */
  leave(): void;
}

/** What `runJob` finds as the reason of its signal when the worker stops before the run ends. */
export const givenBack = Symbol('given back');

export interface SlotsDeps {
  log: Log;
  clock: Clock;
  slots: number;
  runJob: (
    job: ClaimedJob,
    how: { worker: string; signal: AbortSignal; mine: boolean; closing: () => boolean },
  ) => Promise<ClaimedJob | undefined>;
}

export function createSlots(deps: SlotsDeps, name: string, onFree: () => void) {
  const { clock } = deps;
  const occupancy = createOccupancy(deps.slots, clock.now());
  const running = new Map<string, Running>();
  /** Jobs of this process that need no slot, and what cancels them. */
  const guests = new Map<string, () => void>();
  let reserved = 0;
  let closing = false;
  let executed = 0;
  let last: ClaimedJob | undefined;

  function run(job: ClaimedJob, mine: boolean): void {
    const abort = new AbortController();
    const done = deps
      .runJob(job, { worker: name, signal: abort.signal, mine, closing: () => closing })
      .catch((error: unknown) => {
        deps.log.error('a run could not be stored', { job: job.id, error });
        return undefined;
      })
      .then((next) => {
        running.delete(job.id);
        occupancy.busy(running.size, clock.now());
        executed += 1;
        last = job;
        if (next) run(next, mine);
        else onFree();
      });
    running.set(job.id, { abort, done });
    occupancy.busy(running.size, clock.now());
  }

  return {
    run,
    free: () => deps.slots - running.size - reserved,
    reserve(): Slot {
      reserved += 1;
      let open = true;
      const release = (): void => {
        if (open) reserved -= 1;
        open = false;
      };
      return {
        worker: name,
        release: () => {
          release();
          onFree();
        },
        run(job) {
          release();
          run(job, true);
        },
      };
    },
    /** A job that something else of this process works on; `abort` when it is canceled. */
    host(id: string, abort: () => void): Guest {
      guests.set(id, abort);
      return { worker: name, leave: () => void guests.delete(id) };
    },
    /** So many jobs ended here without a slot. */
    ended(count: number): void {
      executed += count;
    },
    cancel(id: string): boolean {
      const job = running.get(id);
      const abort = guests.get(id);
      job?.abort.abort();
      abort?.();
      return job !== undefined || abort !== undefined;
    },
    /** The worker stops: what ends from here on may have been ended by the same hand. */
    close: () => void (closing = true),
    /** Stops the runs without an end: somebody else will do them again. */
    giveBack: () => {
      for (const job of running.values()) job.abort.abort(givenBack);
      for (const abort of guests.values()) abort();
    },
    busy: () => running.size > 0,
    idle: () => Promise.allSettled([...running.values()].map((job) => job.done)),
    stats: () => ({
      executed,
      last,
      running: running.size,
      occupancy: occupancy.read(clock.now()),
    }),
  };
}
