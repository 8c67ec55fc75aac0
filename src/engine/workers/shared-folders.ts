// The shared folders of flows whose home this worker is: which steps belong here, and when a
// folder goes. The folder itself is the runners'.
import type { Log, SlowTick } from '../../base/index.ts';
import { slowTickMs } from '../../base/index.ts';
import { type Homes, lostFolder } from '../homes/index.ts';
import type { ClaimedJob, JobEvents } from '../jobs/index.ts';
import type { Runners } from '../runners/index.ts';

export interface SharedFoldersDeps {
  homes: Homes;
  events: Pick<JobEvents, 'watch'>;
  runners: Pick<Runners, 'dropShared'>;
  tick: SlowTick;
  log: Log;
  /** There is something to claim for this tag. */
  wake: (tag: string) => void;
}

export type SharedFolders = ReturnType<typeof createSharedFolders>;

export function createSharedFolders(deps: SharedFoldersDeps) {
  const { homes, events, runners, tick, log, wake } = deps;
  /** Folders that runs have begun in, each with what ends the watch. */
  const open = new Map<string, () => void>();
  let stopLooking: (() => Promise<void>) | undefined;

  async function look(): Promise<void> {
    if (open.size === 0) return;
    const over = (await homes.over([...open.keys()])).filter((id) => open.has(id));
    if (over.length === 0) return;
    for (const id of over) {
      open.get(id)?.();
      open.delete(id);
    }
    await Promise.all(over.map((id) => runners.dropShared(id)));
    await homes.forget(over);
  }

  function lookLater(): void {
    look().catch((error: unknown) => log.warn('a shared folder was not removed', { error }));
  }

  return {
    /**
     * Where a step with a shared folder runs: `here`; `elsewhere`, when it was sent to its home;
     * or nowhere, with the reason.
     */
    async place(
      job: ClaimedJob,
      { folder, worker }: { folder: string; worker: string },
    ): Promise<'here' | 'elsewhere' | { refused: string }> {
      const home = await homes.claim(folder, worker);
      if (home.worker === worker) {
        if (!open.has(folder)) open.set(folder, events.watch(folder, { ended: lookLater }));
        return 'here';
      }
      if (!home.alive) return { refused: lostFolder };
      if (!(await homes.send(job, worker, home.worker))) return { refused: 'It was canceled.' };
      wake(home.worker);
      return 'elsewhere';
    },
    start(): void {
      stopLooking = tick.every({ name: 'shared folders', everyMs: slowTickMs, look });
    },
    async stop(): Promise<void> {
      await stopLooking?.();
      for (const stop of open.values()) stop();
    },
  };
}
