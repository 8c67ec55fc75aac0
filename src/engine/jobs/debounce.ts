// Debouncing: of the runs of one key that come within the delay only the last one runs. The ones
// before it end as skipped, and it may take over the lists in their arguments.
import type { Database } from '../../store/index.ts';
import type { NewJob } from './job.ts';
import { insertJobs } from './jobs.sql.ts';
import { lockDebounce, settleDebounced } from './limits.sql.ts';
import type { Debounce } from './policy.ts';

interface Settled {
  id: string;
  args: Record<string, unknown>;
  since: number | null;
  count: number | null;
}

function joined(names: readonly string[], before: NewJob['args'], now: NewJob['args']) {
  const both = names.filter((name) => Array.isArray(before[name]) && Array.isArray(now[name]));
  const lists = both.map((name) => [
    name,
    [...(before[name] as unknown[]), ...(now[name] as unknown[])],
  ]);
  return { ...now, ...(Object.fromEntries(lists) as NewJob['args']) };
}

function after(row: NewJob, debounce: Debounce, before: Settled | undefined): NewJob {
  const { delayMs, maxMs, maxCount, key, accumulate } = debounce;
  const since = before?.since ?? row.createdAt;
  const count = before ? (before.count ?? 0) + 1 : 0;
  const latest = maxMs === null ? Number.POSITIVE_INFINITY : since + maxMs;
  const enough = maxCount !== null && count >= maxCount;
  const wantedAt = Math.min(Math.max(row.scheduledFor, row.createdAt + delayMs), latest);
  return {
    ...row,
    args: before ? joined(accumulate, before.args, row.args) : row.args,
    scheduledFor: enough ? row.createdAt : Math.max(row.createdAt, Math.round(wantedAt)),
    debounceKey: enough ? null : key,
    debounceSince: since,
    debounceCount: count,
  };
}

/** Stores the row as it then is, and tells which jobs are over because of it. */
export function insertDebounced(
  db: Database,
  row: NewJob,
  debounce: Debounce,
): Promise<{ row: NewJob; settled: string[] }> {
  return db.transaction(async (queries) => {
    await queries.run(lockDebounce, [debounce.key]);
    const result = JSON.stringify({ debounced_by: row.id });
    const values = [debounce.key, row.createdAt, result];
    const settled = await queries.rows<Settled>(settleDebounced, values);
    const stored = after(row, debounce, settled[0]);
    await queries.run(insertJobs, [JSON.stringify([stored])]);
    return { row: stored, settled: settled.map(({ id }) => id) };
  });
}
