// Debouncing: of the runs of one key that come within the delay only the last one runs. The ones
// before it end as skipped, and it may take over the lists in their arguments.
import { AppError } from '../../base/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { NewJob } from './job.ts';
import { insertJobs } from './jobs.sql.ts';
import { lockDebounce, settleDebounced } from './limits.sql.ts';
import type { Debounce } from './policy.ts';

interface Before {
  args: Readonly<Record<string, unknown>>;
  since?: number | null | undefined;
  count?: number | null | undefined;
}

/** A job that is over because another one of its key came. */
export interface Absorbed {
  id: string;
  parentJob: string | null;
  isFlowStep: boolean;
}

/** A row that may be put off; what else is in it stays as it is. */
type Delayed = Pick<
  NewJob,
  'id' | 'args' | 'createdAt' | 'scheduledFor' | 'debounceKey' | 'debounceSince' | 'debounceCount'
> & { debounce?: Debounce | undefined };

function joined(names: readonly string[], before: Before['args'], now: NewJob['args']) {
  const both = names.filter((name) => Array.isArray(before[name]) && Array.isArray(now[name]));
  const lists = both.map((name) => [
    name,
    [...(before[name] as unknown[]), ...(now[name] as unknown[])],
  ]);
  return { ...now, ...(Object.fromEntries(lists) as NewJob['args']) };
}

function after<Row extends Delayed>(row: Row, debounce: Debounce, before: Before | undefined): Row {
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

/** Ends the jobs of the key that wait, all but `by`; the key is locked. */
function absorb(queries: Queries, key: string, by: { id: string; createdAt: number }) {
  const result = JSON.stringify({ debounced_by: by.id });
  return queries.rows<Absorbed & Before>(settleDebounced, [key, by.createdAt, result, by.id]);
}

/** Stores the row as it then is, and tells which jobs are over because of it. */
export function insertDebounced(
  db: Database,
  row: NewJob,
  debounce: Debounce,
): Promise<{ row: NewJob; absorbed: Absorbed[] }> {
  return db.transaction(async (queries) => {
    await queries.run(lockDebounce, [debounce.key]);
    const absorbed = await absorb(queries, debounce.key, row);
    const stored = after(row, debounce, absorbed[0]);
    await queries.run(insertJobs, [JSON.stringify([stored])]);
    return { row: stored, absorbed };
  });
}

/** Takes the transaction back; nobody is told. */
const refused = new AppError('conflict', 'What the rows were made from has moved on.');

/**
 * The same for rows that `store` inserts with more in one commit; those without `debounce` pass.
 * Undefined when `store` answers false: then nothing is changed.
 */
export async function storeDebounced<Row extends Delayed>(
  db: Database,
  rows: readonly Row[],
  store: (queries: Queries, rows: Row[]) => Promise<boolean>,
): Promise<{ rows: Row[]; absorbed: Absorbed[] } | undefined> {
  const keys = new Set(rows.flatMap(({ debounce }) => (debounce ? [debounce.key] : [])));
  const work = async (queries: Queries) => {
    const absorbed: Absorbed[] = [];
    const before = new Map<string, Before>();
    // In one order, so that two commits cannot wait for each other.
    for (const key of [...keys].toSorted()) {
      await queries.run(lockDebounce, [key]);
      const first = rows.find(({ debounce }) => debounce?.key === key) as Row;
      const ended = await absorb(queries, key, first);
      if (ended[0]) before.set(key, ended[0]);
      absorbed.push(...ended);
    }
    const last = new Map<string, Row>();
    const stored = rows.map((row) => {
      const { debounce } = row;
      if (!debounce) return row;
      const { key } = debounce;
      const put = after(row, debounce, before.get(key));
      const waits = put.debounceKey === key;
      if (waits)
        before.set(key, { args: put.args, since: put.debounceSince, count: put.debounceCount });
      else before.delete(key);
      last.set(key, put);
      return put;
    });
    if (!(await store(queries, stored))) throw refused;
    // Of several in one commit, iterations of a loop say, the last one runs too.
    for (const [key, row] of last) absorbed.push(...(await absorb(queries, key, row)));
    return { rows: stored, absorbed };
  };
  try {
    return await db.transaction(work);
  } catch (error) {
    if (error === refused) return undefined;
    throw error;
  }
}
