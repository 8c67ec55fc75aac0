// Gives the running jobs of workers that are gone back: to the queue where the script allows
// another run, else as failed. The rows of the workers go with them.
import type { Clock } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { errorResult, type FlowSteps, type JobEvents, orphanStatements } from '../jobs/index.ts';
import { deleteWorkers } from './workers.sql.ts';

/** A job that killed this many workers is not tried again. */
const maxAttempts = 3;
/** A worker that was stopped in good order says nothing about the job. */
const anyAttempts = 32_767;

export type GiveBack = (
  workers: readonly string[],
  how: { died: boolean },
) => Promise<{ requeued: number; failed: number }>;

export function createGiveBack({
  db,
  clock,
  events,
  flows,
  onRequeued,
}: {
  db: Database;
  clock: Clock;
  events: JobEvents;
  flows: Pick<FlowSteps, 'goOn'>;
  onRequeued: (tags: string[]) => void;
}): GiveBack {
  return async (workers, { died }) => {
    const requeued = await db.rows<{ id: string; tag: string }>(orphanStatements.requeue, [
      workers,
      died ? maxAttempts : anyAttempts,
    ]);
    const what = died ? 'died' : 'was stopped';
    const failed = await db.rows<{ id: string; flow: string | null }>(orphanStatements.fail, [
      workers,
      clock.now(),
      errorResult('Canceled', 'The job was canceled.'),
      errorResult('WorkerDied', `The worker ${what} while the job ran; it is not run again.`),
    ]);
    await db.run(deleteWorkers, [workers]);
    for (const { id, flow } of failed) {
      events.ended(id, undefined);
      events.tellOthers(id);
      if (flow !== null) flows.goOn(flow);
    }
    if (requeued.length > 0) onRequeued([...new Set(requeued.map((row) => row.tag))]);
    return { requeued: requeued.length, failed: failed.length };
  };
}
