// A worker: slots that run jobs, fed by the claimer and by pushes of this process. User code
// itself runs in child processes (`runners/`); this only starts them and stores what they did.
import {
  type Clock,
  type Log,
  newSecret,
  type SlowTick,
  slowTickMs,
  version,
} from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { LocalWorker } from '../jobs/index.ts';
import { createClaimer } from './claimer.ts';
import type { Completer } from './completer.ts';
import { machineName, startTicks } from './machine.ts';
import { type GroupConfig, groupChannel, tagsOfGroup } from './groups.ts';
import { createSlots, type Guest, type SlotsDeps } from './slots.ts';
import { insertWorker, pingWorker, selectGroupConfig, setWorkerTags } from './workers.sql.ts';

const wakeChannel = 'engine_queued';
const cancelChannel = 'engine_cancel';

export interface WorkerDeps extends SlotsDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  completer: Pick<Completer, 'drain'>;
  /** Everybody who waits for a job looks at it, here and in other processes. */
  lookAgain: () => void;
  /** Gives the jobs of stopped workers back to the queue. */
  giveBack: (workers: readonly string[]) => Promise<unknown>;
  /** Served when nobody says which; known only once the runners have started. */
  ownTags: () => readonly string[];
  /** Served whatever the group says. */
  givenTags: readonly string[] | undefined;
  group: string;
  host: WorkerHost;
  isolation: string;
}

export interface WorkerHost {
  hostname: string;
  pid: number;
  cpus: number;
  /** Of this process, of the machine, and what all of its processes use. */
  memoryBytes: () => { own: number; total: number; used: number };
}

export interface Worker extends LocalWorker {
  readonly name: string;
  start(): Promise<void>;
  /**
   * Takes no more jobs and waits up to `graceMs` for those that run; then stops them and gives
   * them back to the queue.
   */
  stop(graceMs: number): Promise<void>;
  /** Stops a run of this worker; false when it does not run here. */
  cancel(id: string): boolean;
  /** A job that something else of this process works on; `abort` when it is canceled. */
  host(id: string, abort: () => void): Guest;
  /** Reads the settings of its group again. */
  groupChanged(): void;
}

/** What a worker serves: the tags it was started with, those of its group, or its own. */
function createTags(deps: WorkerDeps, name: string, onChanged: () => void) {
  const { db, log } = deps;
  let ofGroup: readonly string[] | undefined;
  const now = (): readonly string[] =>
    deps.slots === 0 ? [] : (deps.givenTags ?? ofGroup ?? deps.ownTags());

  async function take(config: GroupConfig | null): Promise<void> {
    const before = now().join();
    ofGroup = tagsOfGroup(config);
    if (now().join() === before) return;
    onChanged();
    await db.run(setWorkerTags, [name, now()]);
  }

  async function read(): Promise<void> {
    const row = await db.row<{ config: GroupConfig }>(selectGroupConfig, [deps.group]);
    await take(row?.config ?? null);
  }

  return {
    now,
    take,
    read,
    readLater: (): void => {
      read().catch((error: unknown) => log.warn('the worker group could not be read', { error }));
    },
  };
}

/** Says at every slow beat that the worker lives, until it is stopped. */
function createPings(
  { db, clock, tick, host }: WorkerDeps,
  name: string,
  {
    slots,
    take,
  }: {
    slots: ReturnType<typeof createSlots>;
    take: (config: GroupConfig | null) => Promise<void>;
  },
) {
  let stopPings: (() => Promise<void>) | undefined;

  async function ping(): Promise<void> {
    const { executed, last, running, occupancy } = slots.stats();
    const memory = host.memoryBytes();
    const row = await db.row<{ config: GroupConfig | null }>(pingWorker, [
      name,
      clock.now(),
      executed,
      last?.id ?? null,
      last?.workspace ?? null,
      memory.own,
      occupancy.all,
      occupancy.last15s,
      occupancy.last5m,
      occupancy.last30m,
      running,
      memory.total,
      memory.used,
    ]);
    if (row) await take(row.config);
  }

  return {
    /** Resolves after the first one. */
    async start(): Promise<void> {
      await ping();
      stopPings = tick.every({ name: "a worker's ping", everyMs: slowTickMs, look: ping });
    },
    stop: () => void stopPings?.(),
  };
}

export function createWorker(deps: WorkerDeps): Worker {
  const { db, clock, tick, log, host } = deps;
  const name = `wk-${deps.group}-${host.hostname}-${host.pid}-${newSecret(5)}`;
  const stops: (() => void)[] = [];
  let accepting = false;
  const slots = createSlots(deps, name, () => {
    if (accepting && claimer.hasBacklog()) claimer.wake();
  });
  const tags = createTags(deps, name, () => accepting && claimer.wake());
  // Steps that share a folder which is here wait under its name.
  const served = (): string[] => [...tags.now(), name];
  const pings = createPings(deps, name, { slots, take: tags.take });
  const claimer = createClaimer({
    db,
    clock,
    tick,
    log,
    worker: name,
    tags: served,
    freeSlots: () => (accepting ? slots.free() : 0),
    onClaimed: (job) => slots.run(job, false),
    onEnded(count) {
      slots.ended(count);
      deps.lookAgain();
    },
  });

  const serves = (tag: string): boolean => accepting && served().includes(tag);

  async function register(): Promise<void> {
    await tags.read();
    await db.run(insertWorker, [
      name,
      machineName(),
      host.pid,
      startTicks(host.pid),
      deps.group,
      clock.now(),
      '127.0.0.1',
      tags.now(),
      version,
      host.cpus,
      deps.isolation,
      deps.slots,
    ]);
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
    host: slots.host,
    groupChanged: tags.readLater,
    async start() {
      // Without slots it runs nothing of the queue, but answers for what deploying resolves.
      await register();
      accepting = deps.slots > 0;
      stops.push(
        await db.listen(wakeChannel, (payload) => {
          const dueAt = Number(payload);
          if (dueAt > clock.now()) claimer.wakeAt(dueAt);
          else claimer.wake();
        }),
        await db.listen(cancelChannel, (id) => void slots.cancel(id)),
        await db.listen(groupChannel, tags.readLater),
        pings.stop,
      );
      await pings.start();
      claimer.start();
      claimer.wake();
    },
    async stop(graceMs) {
      accepting = false;
      slots.close();
      claimer.stop();
      const stopLate = clock.after(graceMs, slots.giveBack);
      // A step that ends may hand its slot to the next one until `accepting` is seen false.
      while (slots.busy()) await slots.idle();
      stopLate();
      await deps.completer.drain();
      for (const stop of stops) stop();
      // Its row goes with what it did not finish.
      await deps.giveBack([name]);
    },
  };
}

/** Asks whichever process runs the job to stop it. */
export function cancelElsewhere(db: Database, id: string): void {
  db.notify(cancelChannel, id);
}
