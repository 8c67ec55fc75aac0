// Secrets that a job fetched through a process that does not run it: kept, sealed, until the worker
// that runs it has read them, because the log that they must not show is written there.
import { createHmac } from 'node:crypto';
import type { Database } from '../../store/index.ts';
import { insertFetched, takeFetched } from './fetched.sql.ts';
import { seal, unseal } from './seal.ts';

export type FetchedSecrets = ReturnType<typeof createFetchedSecrets>;

export function createFetchedSecrets({
  db,
  derive,
}: {
  db: Database;
  derive: (purpose: string) => Promise<Buffer>;
}) {
  let key: Promise<Buffer> | undefined;
  const keyOnce = (): Promise<Buffer> => (key ??= derive('secrets of running jobs'));

  return {
    /** Resolves once it is stored: only then may the job have the secret. */
    async keep(jobId: string, secret: string): Promise<void> {
      const sealing = await keyOnce();
      const digest = createHmac('sha256', sealing).update(`${jobId} ${secret}`).digest('hex');
      await db.run(insertFetched, [jobId, digest, seal(sealing, jobId, Buffer.from(secret))]);
    },

    /** What was kept since the last time, for the worker that runs the job. */
    async take(jobId: string): Promise<string[]> {
      const rows = await db.rows<{ sealed: string }>(takeFetched, [jobId]);
      if (rows.length === 0) return [];
      const sealing = await keyOnce();
      const clear = rows.map(({ sealed }) => unseal(sealing, jobId, sealed)?.toString('utf8'));
      return clear.filter((secret) => secret !== undefined);
    },
  };
}
