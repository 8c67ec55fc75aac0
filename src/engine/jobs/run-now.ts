// Running a job at once that was to wait for its time: scheduled, before a retry, after a sleep.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { bringForward } from './jobs.sql.ts';
import type { Queue } from './queue.ts';
import { findJob } from './visibility.ts';

/** Throws `conflict` when the job runs already or is over. */
export async function runNow(
  { db, clock, queue }: { db: Database; clock: Clock; queue: Pick<Queue, 'wake'> },
  call: Call,
  id: string,
): Promise<{ id: string }> {
  await findJob(db, call, { id, toCancel: true });
  const values = [id, workspaceOf(call), clock.now()];
  const row = await db.row<{ tag: string }>(bringForward, values);
  if (!row) throw new AppError('conflict', `The job ${id} does not wait: it runs or is over.`);
  queue.wake(row.tag);
  return { id };
}
