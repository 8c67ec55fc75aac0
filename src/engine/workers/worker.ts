// A worker: slots that run jobs, fed by the claimer and by pushes of this process. User code
// itself runs in child processes (`runners/`); this only starts them and stores what they did.
import { type Clock, type Log, newSecret, version } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { type ClaimedJob, type JobEvents, type LocalWorker, type Slot } from '../jobs/index.ts';
import { createClaimer } from './claimer.ts';
import type { Completer } from './completer.ts';
import { machineName, startTicks } from './machine.ts';
import { deleteWorkers, insertWorker, pingWorker } from './workers.sql.ts';

const pingEveryMs = 10_000;
const wakeChannel = 'engine_queued';
const cancelChannel = 'engine_cancel';

export interface WorkerDeps {
  db: Database;
  clock: Clock;
  log: Log;
  events: JobEvents;
  completer: Completer;
  runJob: (
    job: ClaimedJob,
    how: { worker: string; signal: AbortSignal; mine: boolean },
  ) => Promise<ClaimedJob | undefined>;
  slots: number;
  /** What this worker serves; known only once the runners have started. */
  tags: () => readonly string[];
  group: string;
  host: { hostname: string; pid: number; memoryBytes: () => number; cpus: number };
  isolation: string;
}

export interface Worker extends LocalWorker {
  readonly name: string;
  start(): Promise<void>;
  /** Takes no more jobs, and waits up to `graceMs` for those that run; then stops them. */
  stop(graceMs: number): Promise<void>;
  /** Stops a run of this worker; false when it does not run here. */
  cancel(id: string): boolean;
}

interface Running {
  abort: AbortController;
  done: Promise<void>;
}

function createSlots(deps: WorkerDeps, name: string, onFree: () => void) {
  const running = new Map<string, Running>();
  let reserved = 0;
  let executed = 0;
  let last: ClaimedJob | undefined;

  function run(job: ClaimedJob, mine: boolean): void {
    const abort = new AbortController();
    const done = deps
      .runJob(job, { worker: name, signal: abort.signal, mine })
      .catch((error: unknown) => {
        deps.log.error('a run could not be stored', { job: job.id, error });
        return undefined;
      })
      .then((next) => {
        running.delete(job.id);
        executed += 1;
        last = job;
        if (next) run(next, mine);
        else onFree();
      });
    running.set(job.id, { abort, done });
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
    cancel(id: string): boolean {
      const job = running.get(id);
      job?.abort.abort();
      return job !== undefined;
    },
    cancelAll: () => {
      for (const job of running.values()) job.abort.abort();
    },
    busy: () => running.size > 0,
    idle: () => Promise.allSettled([...running.values()].map((job) => job.done)),
    stats: () => ({ executed, last }),
  };
}

export function createWorker(deps: WorkerDeps): Worker {
  const { db, clock, log, host } = deps;
  const name = `wk-${deps.group}-${host.hostname}-${host.pid}-${newSecret(5)}`;
  const stops: (() => void)[] = [];
  let accepting = false;
  const slots = createSlots(deps, name, () => {
    if (accepting && claimer.hasBacklog()) claimer.wake();
  });
  const claimer = createClaimer({
    db,
    clock,
    log,
    worker: name,
    tags: deps.tags,
    freeSlots: () => (accepting ? slots.free() : 0),
    onClaimed: (job) => slots.run(job, false),
  });

  const serves = (tag: string): boolean => accepting && deps.tags().includes(tag);

  async function register(): Promise<void> {
    await db.run(insertWorker, [
      name,
      machineName(),
      host.pid,
      startTicks(host.pid),
      deps.group,
      clock.now(),
      '127.0.0.1',
      deps.tags(),
      version,
      host.cpus,
      deps.isolation,
    ]);
  }

  function pingLater(): void {
    const cancel = clock.after(pingEveryMs, () => {
      const { executed, last } = slots.stats();
      const values = [
        name,
        clock.now(),
        executed,
        last?.id ?? null,
        last?.workspace ?? null,
        host.memoryBytes(),
      ];
      db.run(pingWorker, values).catch((error: unknown) => log.warn('ping failed', { error }));
      if (accepting) pingLater();
    });
    stops.push(cancel);
  }

  return {
    name,
    serves,
    reserve(tag) {
      if (!serves(tag) || claimer.hasBacklog() || slots.free() <= 0) return undefined;
      return slots.reserve();
    },
    wake(tag) {
      // With no free slot this only notes that there is a backlog for the next one.
      if (serves(tag)) claimer.wake();
      if (!serves(tag) || slots.free() <= 0) db.notify(wakeChannel, '');
    },
    wakeAt(dueAt) {
      claimer.wakeAt(dueAt);
      db.notify(wakeChannel, String(dueAt));
    },
    cancel: slots.cancel,
    async start() {
      if (deps.slots === 0) return;
      await register();
      accepting = true;
      stops.push(
        await db.listen(wakeChannel, (payload) => {
          const dueAt = Number(payload);
          if (dueAt > clock.now()) claimer.wakeAt(dueAt);
          else claimer.wake();
        }),
        await db.listen(cancelChannel, (id) => void slots.cancel(id)),
      );
      pingLater();
      claimer.wake();
    },
    async stop(graceMs) {
      accepting = false;
      claimer.stop();
      const stopLate = clock.after(graceMs, slots.cancelAll);
      // A step that ends may hand its slot to the next one until `accepting` is seen false.
      while (slots.busy()) await slots.idle();
      stopLate();
      await deps.completer.drain();
      for (const stop of stops) stop();
      if (deps.slots > 0) await db.run(deleteWorkers, [[name]]);
    },
  };
}

/** Asks whichever process runs the job to stop it. */
export function cancelElsewhere(db: Database, id: string): void {
  db.notify(cancelChannel, id);
}
