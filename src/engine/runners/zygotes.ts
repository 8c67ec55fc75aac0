// The pool of Python zygotes: those of each identity, and one that has served nobody yet, so that
// a new identity does not wait for an interpreter to start (about 100 ms).
import { AppError } from '../../base/index.ts';
import type { ChildContext } from './child.ts';
import {
  lanesPerZygote,
  type PlacedRequest,
  type RunOutcome,
  type SharedFolder,
} from './runner.ts';
import { type FoundRuntime, withFolders } from './runtimes.ts';
import { startZygote, type Zygote } from './zygote.ts';

const idleMs = 5 * 60_000;
const reapEveryMs = 30_000;
// A zygote holds 15 to 25 MB; idle ones above this number are ended, oldest first.
const maxIdle = 16;
// A run that was not begun because its zygote died (an earlier run killed it) is given to another.
const maxAttempts = 4;

export interface Zygotes {
  run(request: PlacedRequest): Promise<RunOutcome>;
  /** Ends those that have this shared folder. */
  drop(sharedFolder: SharedFolder): Promise<void>;
  /** Keeps a spare ready from now on. */
  warmUp(): void;
  counts(): { zygotes: number; busy: number; memoryBytes: number };
  start(): void;
  stop(): Promise<void>;
}

const keyOf = ({ identity, network, packages, sharedFolder }: PlacedRequest): string =>
  JSON.stringify([identity, network !== false, packages, sharedFolder?.path]);

export function createZygotes(context: ChildContext, runtime: FoundRuntime): Zygotes {
  const { clock, log } = context;
  const bound = new Map<string, Zygote[]>();
  /** Zygotes being obtained for a key, each with the runs that will find a lane in it. */
  const coming = new Map<string, { zygote: Promise<Zygote>; claimed: number }>();
  let spare: Promise<Zygote> | undefined;
  let cancelReaper: (() => void) | undefined;
  let stopped = false;

  function startSpare(): Promise<Zygote> {
    const starting = startZygote(context, { runtime, network: true });
    starting.catch((error: unknown) => {
      log.warn('cannot start a spare Python zygote', { error });
      if (spare === starting) spare = undefined;
    });
    return starting;
  }

  async function obtain({
    network: wanted,
    packages: folder,
    sharedFolder,
  }: PlacedRequest): Promise<Zygote> {
    const network = wanted !== false;
    if (!network || folder !== undefined || sharedFolder !== undefined) {
      const all = withFolders(runtime, { folder, sharedFolder });
      return startZygote(context, { runtime: all, network });
    }
    const taken = spare;
    spare = undefined;
    const ready = taken === undefined ? undefined : await taken.catch(() => undefined);
    if (!stopped) spare ??= startSpare();
    if (ready !== undefined && !ready.ended) return ready;
    return startZygote(context, { runtime, network });
  }

  /** Starts a zygote for `key`, or waits for one that is coming and has lanes left. */
  async function arrival(key: string, request: PlacedRequest): Promise<void> {
    let entry = coming.get(key);
    if (entry === undefined || entry.claimed >= lanesPerZygote) {
      const zygote = obtain(request);
      const made = { zygote, claimed: 0 };
      entry = made;
      coming.set(key, made);
      const arrived = (): void => {
        if (coming.get(key) === made) coming.delete(key);
      };
      void zygote.then((obtained) => zygotesOf(key).push(obtained)).then(arrived, arrived);
    }
    entry.claimed += 1;
    await entry.zygote;
  }

  function zygotesOf(key: string): Zygote[] {
    const list = (bound.get(key) ?? []).filter(({ ended, retired }) => !ended && !retired);
    bound.set(key, list);
    return list;
  }

  function reap(): void {
    const oldest = clock.now() - idleMs;
    const idle: Zygote[] = [];
    for (const key of [...bound.keys()]) {
      const list = zygotesOf(key);
      if (list.length === 0) bound.delete(key);
      idle.push(...list.filter(({ busyLanes }) => busyLanes === 0));
    }
    idle.sort((a, b) => b.lastUsedAt - a.lastUsedAt);
    idle.forEach((zygote, index) => {
      if (index >= maxIdle || zygote.lastUsedAt < oldest) void zygote.kill();
    });
    if (!stopped) cancelReaper = clock.after(reapEveryMs, reap);
  }

  const all = (): Zygote[] => [...bound.values()].flat().filter(({ ended }) => !ended);

  return {
    async run(request) {
      const key = keyOf(request);
      for (let attempt = 1; ;) {
        // Looked up and taken in one turn, or two runs would get the same lane.
        const free = zygotesOf(key).find(({ freeLanes }) => freeLanes > 0);
        if (free === undefined) {
          await arrival(key, request);
          continue;
        }
        const outcome = await free.run(request);
        if (outcome !== undefined) return outcome;
        attempt += 1;
        if (attempt > maxAttempts) throw new AppError('unavailable', 'Python cannot be started');
      }
    },
    async drop({ path }) {
      const held = (key: string): boolean => (JSON.parse(key) as unknown[])[3] === path;
      const gone = [...bound].filter(([key]) => held(key)).flatMap(([, list]) => list);
      await Promise.all(gone.map((zygote) => zygote.kill()));
    },
    warmUp() {
      spare ??= startSpare();
    },
    counts() {
      const list = all();
      let busy = 0;
      let kb = 0;
      for (const zygote of list) {
        busy += zygote.busyLanes;
        kb += zygote.memoryKb();
      }
      return { zygotes: list.length, busy, memoryBytes: kb * 1024 };
    },
    start: reap,
    async stop() {
      stopped = true;
      cancelReaper?.();
      const last = await spare?.catch(() => undefined);
      await Promise.all([...all(), ...(last === undefined ? [] : [last])].map((z) => z.kill()));
    },
  };
}
