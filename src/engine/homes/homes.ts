// Homes: which worker holds the shared folder of a flow (same_worker). The first worker that runs
// one of its steps is its home; the other steps wait for it under its name as their tag.
import type { Database } from '../../store/index.ts';
import { type ClaimedJob, errorResult } from '../jobs/index.ts';
import * as sql from './homes.sql.ts';

export const lostFolder =
  'The worker that had the shared folder of this flow is gone, and the folder with it; run the ' +
  'flow again.';

export interface Home {
  worker: string;
  alive: boolean;
}

export type Homes = ReturnType<typeof createHomes>;

export function createHomes({ db, now }: { db: Database; now: () => number }) {
  return {
    of: (folder: string) => db.row<Home>(sql.selectHome, [folder]),

    /** The home of the folder, which may be `worker` from now on. */
    async claim(folder: string, worker: string): Promise<Home> {
      const row = await db.row<{ worker: string }>(sql.claimHome, [folder, worker, now()]);
      if (row?.worker === worker) return { worker, alive: true };
      return (await this.of(folder)) ?? { worker: row?.worker ?? '', alive: false };
    },

    /** False when the job is not `worker`'s any more. */
    async send(job: ClaimedJob, worker: string, home: string): Promise<boolean> {
      return (await db.run(sql.sendHome, [job.id, worker, job.attempt, home])) === 1;
    },

    /** Ends steps that nobody can run any more; answers them with their flows. */
    failLost: () =>
      db.rows<{ id: string; flow: string | null }>(sql.failHomeless, [
        now(),
        errorResult('SharedFolderLost', lostFolder),
      ]),

    over: async (folders: readonly string[]): Promise<string[]> =>
      (await db.rows<{ id: string }>(sql.selectOver, [folders])).map(({ id }) => id),

    forget: (folders: readonly string[]) => db.run(sql.deleteHomes, [folders]),
  };
}
