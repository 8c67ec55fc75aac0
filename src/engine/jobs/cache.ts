// Reusing results: the jobs that are over are the cache. A result belongs to the code, the
// arguments and whose rights it was made with, so nobody sees what others were answered.
import type { Database } from '../../store/index.ts';
import type { NewJob } from './job.ts';
import { selectCached } from './limits.sql.ts';
import type { RunTerms } from './policy.ts';

type Found = Partial<Pick<NewJob, 'finished' | 'success' | 'resultJson' | 'cacheKey'>>;

/** The columns of a job that need not run; empty when it must. */
export async function findCached(
  db: Database,
  { cacheKey, cacheTtlMs }: Pick<RunTerms, 'cacheKey' | 'cacheTtlMs'>,
  now: number,
): Promise<Found> {
  if (cacheKey === null) return {};
  const since = now - cacheTtlMs;
  const row = await db.row<{ resultJson: string }>(selectCached, [cacheKey, since]);
  // Without the key: a reused result does not live longer than the run that made it.
  return row ? { finished: true, success: true, resultJson: row.resultJson, cacheKey: null } : {};
}
