// Puts jobs into the queue. When a slot of this process is free the row goes in as running and
// the slot starts at once: two commits a job instead of three.
import { AppError, type Clock, createBatcher, newId } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { findCached } from './cache.ts';
import { insertDebounced } from './debounce.ts';
import type { ClaimedJob, NewJob } from './job.ts';
import { countBefore, insertJobs } from './jobs.sql.ts';
import type { Debounce, RunTerms } from './policy.ts';
import { jobTokenOf, newJobSecret } from './token.ts';

/** A free place in this process's worker, held for one job. */
export interface Slot {
  worker: string;
  run(job: ClaimedJob): void;
  release(): void;
}

/** Port: the worker of this process, as far as the queue needs it. */
export interface LocalWorker {
  /** Does this process run jobs of this tag? */
  serves(tag: string): boolean;
  /** A free slot that serves `tag`, unless older jobs wait for it. */
  reserve(tag: string): Slot | undefined;
  /** There is something to claim, here and in other processes. */
  wake(tag: string): void;
  /** There will be something to claim at `dueAt`. */
  wakeAt(dueAt: number): void;
}

export type Push = Omit<NewJob, 'id' | 'worker' | 'tokenHash' | 'createdAt' | 'scheduledFor'> & {
  id?: string | undefined;
  scheduledFor?: number | undefined;
  /** Refuse it while so many jobs of the workspace wait. */
  queueLimit?: number;
  terms?: RunTerms;
};

/** More in one statement saves nothing. */
const rowsAtOnce = 1000;

/** The columns that the terms of a run fill. */
function columnsOf({ cacheTtlMs: _ttl, debounce: _debounce, ...columns }: RunTerms) {
  return columns;
}

/** Resolves with the job's id once its row is committed. */
export function createQueue({
  db,
  clock,
  worker,
  beginFlow,
  onSettled,
  flowGoesOn,
}: {
  db: Database;
  clock: Clock;
  worker: LocalWorker;
  /** Takes a flow's row over once it is stored. */
  beginFlow: (row: NewJob) => void;
  /** A job is over without having run. */
  onSettled: (id: string) => void;
  /** A step of this flow is over without having run. */
  flowGoesOn: (flowId: string) => void;
}) {
  const inserts = createBatcher<NewJob, undefined>(
    async (rows) => {
      // json_to_recordset puts NUL into text columns, which PostgreSQL refuses; args are json.
      await db.run(insertJobs, [JSON.stringify(rows)]);
      return rows.map(() => undefined);
    },
    { maxItems: 200, writers: 1 },
  );

  async function insert(row: NewJob, debounce: Debounce | undefined): Promise<NewJob> {
    try {
      if (debounce) {
        const { row: put, absorbed } = await insertDebounced(db, row, debounce);
        for (const { id, parentJob, isFlowStep } of absorbed) {
          onSettled(id);
          if (isFlowStep && parentJob !== null) flowGoesOn(parentJob);
        }
        return put;
      }
      await inserts.add(row);
      return row;
    } catch (error) {
      if ((error as { code?: string }).code === '23505') {
        throw new AppError('conflict', `There is already a job ${row.id}.`);
      }
      throw error;
    }
  }

  async function assertRoom({ workspace, queueLimit }: Push): Promise<void> {
    if (queueLimit === undefined) return;
    const row = await db.row<{ count: number }>(countBefore, [workspace, clock.now()]);
    const waiting = row?.count ?? 0;
    if (waiting < queueLimit) return;
    throw new AppError('rate_limited', `${waiting} jobs wait, and this run allows ${queueLimit}.`, {
      hint: 'Try again later, or leave queue_limit out.',
    });
  }

  /** A slot of this process for a job that may run now; a flow needs none: its steps do. */
  function slotFor(row: NewJob): Slot | undefined {
    const { finished, flowState, concurrencyKey, scheduledFor, createdAt } = row;
    if (finished || flowState || concurrencyKey || scheduledFor > createdAt) return undefined;
    return worker.reserve(row.tag);
  }

  /** A row without a worker stands: whoever can run it is told. */
  function stored(row: NewJob): void {
    if (row.finished) onSettled(row.id);
    else if (row.started) beginFlow(row);
    else if (row.scheduledFor <= row.createdAt) worker.wake(row.tag);
    else worker.wakeAt(row.scheduledFor);
  }

  /** The row as it is stored, before any worker has it. */
  function rowOf({ terms, queueLimit: _limit, ...wanted }: Push): NewJob {
    const createdAt = clock.now();
    const scheduledFor = wanted.scheduledFor ?? createdAt;
    const columns = terms ? columnsOf(terms) : {};
    const begins =
      wanted.flowState !== undefined && scheduledFor <= createdAt && !terms?.concurrencyKey;
    return {
      ...wanted,
      ...columns,
      id: wanted.id ?? newId(),
      createdAt,
      scheduledFor,
      worker: null,
      tokenHash: null,
      ...(begins ? { started: true } : {}),
    };
  }

  return {
    /** For those who store the row in a commit of their own, and then tell `stored`. */
    rowOf,
    stored,

    /** `beforeStart` is told before anything runs, so that a waiter cannot miss the end. */
    async push(wanted: Push, beforeStart?: (id: string) => void): Promise<string> {
      await assertRoom(wanted);
      const { terms } = wanted;
      const bare = rowOf(wanted);
      const { id, createdAt } = bare;
      const cached = terms ? await findCached(db, terms, createdAt) : {};
      const row = { ...bare, ...cached };
      const debounce = row.finished ? undefined : terms?.debounce;
      if (row.finished || debounce) delete row.started;
      const slot = debounce ? undefined : slotFor(row);
      beforeStart?.(id);
      if (!slot) {
        stored(await insert(row, debounce));
        return id;
      }
      const token = newJobSecret();
      const taken = { ...row, worker: slot.worker, tokenHash: token.hash };
      try {
        await insert(taken, undefined);
      } catch (error) {
        slot.release();
        throw error;
      }
      const claimed = { ...taken, attempt: 1, startedAt: createdAt };
      slot.run({ ...claimed, token: jobTokenOf(id, token.secret) });
      return id;
    },
    /** A job of this tag is due earlier than it was. */
    wake: (tag: string): void => worker.wake(tag),

    /** The same job `count` times; answers the ids in the order of their rows. */
    async pushMany(wanted: Push, count: number): Promise<string[]> {
      const ids: string[] = [];
      while (ids.length < count) {
        const length = Math.min(rowsAtOnce, count - ids.length);
        const rows = Array.from({ length }, () => rowOf({ ...wanted, id: undefined }));
        await db.run(insertJobs, [JSON.stringify(rows)]);
        // One is enough to wake whoever takes the others; a flow begins by itself.
        for (const row of rows[0]?.started ? rows : rows.slice(0, 1)) stored(row);
        ids.push(...rows.map(({ id }) => id));
      }
      return ids;
    },

    drain: () => inserts.drain(),
  };
}

export type Queue = ReturnType<typeof createQueue>;
