// Pre-started harness processes that have not seen any code yet: one is taken for a fresh run, or
// becomes the warm process of a script. Refilled in the background, two at a time.
import { type Child, type ChildContext, startChild } from './child.ts';
import type { Runtime } from './runner.ts';
import { type FoundRuntime, type MoreFolders, withFolders } from './runtimes.ts';

// What a spare is started with; a request for more memory gets a process of its own.
const spareMemoryBytes = 1024 * 1_048_576;
const spareProcesses = 64;
// A process costs 10 to 25 ms of CPU to start: more at a time would only delay each other.
const together = 2;

export interface SparesNeeds extends MoreFolders {
  memoryBytes: number;
  maxProcesses: number;
  network: boolean;
}

export interface Spares {
  /** A process that has served nobody; rejects when none can be started. */
  take(runtime: FoundRuntime, needs: SparesNeeds): Promise<Child>;
  /** Keeps `count` of this runtime ready from now on. */
  keep(runtime: FoundRuntime, count: number): void;
  children(): Child[];
  stop(): Promise<void>;
}

interface Shelf {
  runtime: FoundRuntime;
  wanted: number;
  ready: Child[];
  starting: number;
}

export function createSpares(context: ChildContext): Spares {
  const shelves = new Map<Runtime, Shelf>();
  const under = new Set<Promise<void>>();
  let stopped = false;

  function start(runtime: FoundRuntime, needs: SparesNeeds): Promise<Child> {
    const { folder, sharedFolder, ...limits } = needs;
    const all = withFolders(runtime, { folder, sharedFolder });
    return startChild(context, { runtime: all, ...limits });
  }

  function shelfOf(runtime: FoundRuntime): Shelf {
    const known = shelves.get(runtime.runtime);
    if (known !== undefined) return known;
    const shelf: Shelf = { runtime, wanted: 0, ready: [], starting: 0 };
    shelves.set(runtime.runtime, shelf);
    return shelf;
  }

  async function add(shelf: Shelf): Promise<void> {
    const needs = { memoryBytes: spareMemoryBytes, maxProcesses: spareProcesses, network: true };
    const child = await start(shelf.runtime, needs);
    // Offered from its start: a run that takes it waits for what is left of the loading.
    shelf.ready.push(child);
    if (await child.ready()) return;
    shelf.ready = shelf.ready.filter((other) => other !== child);
    // It cannot live here; tried again by the next run, which also reports why.
    if (!stopped && child.runs === 0) throw new Error(`a ${child.runtime} process ended at once`);
  }

  function refill(shelf: Shelf): void {
    while (!stopped && shelf.starting < together && shelf.ready.length < shelf.wanted) {
      shelf.starting += 1;
      const adding = add(shelf)
        .finally(() => {
          shelf.starting -= 1;
          under.delete(adding);
        })
        .then(
          () => refill(shelf),
          (error: unknown) => context.log.warn('cannot start a spare runner', { error }),
        );
      under.add(adding);
    }
  }

  return {
    async take(runtime, needs) {
      const shelf = shelfOf(runtime);
      const fits =
        needs.network &&
        needs.folder === undefined &&
        needs.sharedFolder === undefined &&
        needs.memoryBytes <= spareMemoryBytes &&
        needs.maxProcesses <= spareProcesses;
      let child: Child | undefined;
      while (fits && child === undefined && shelf.ready.length > 0) {
        const candidate = shelf.ready.shift();
        if (candidate?.ended === false) child = candidate;
      }
      if (shelf.wanted === 0) shelf.wanted = 1;
      refill(shelf);
      return child ?? (await start(runtime, needs));
    },
    keep(runtime, count) {
      const shelf = shelfOf(runtime);
      shelf.wanted = Math.max(shelf.wanted, count);
      refill(shelf);
    },
    children: () => [...shelves.values()].flatMap(({ ready }) => ready),
    async stop() {
      stopped = true;
      const ready = (): Child[] => [...shelves.values()].flatMap((shelf) => shelf.ready);
      await Promise.all(ready().map((child) => child.kill()));
      await Promise.all(under);
      await Promise.all(ready().map((child) => child.kill()));
    },
  };
}
