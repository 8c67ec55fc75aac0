// Canceling: a queued job ends here and now; a running one is marked, and its worker told.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobEvents } from './events.ts';
import { errorResult } from './job.ts';
import { cancelQueued, cancelRunning, forceCancel } from './jobs.sql.ts';
import { findJob } from './visibility.ts';

export interface CancelDeps {
  db: Database;
  clock: Clock;
  events: JobEvents;
  /** Stops a run of this process at once; false when it runs elsewhere. */
  cancelHere: (id: string) => boolean;
  /** Asks the other processes to stop it. */
  cancelElsewhere: (id: string) => void;
}

export interface CancelRequest {
  id: string;
  reason: string;
  /** End it even if its worker does not answer. */
  force: boolean;
}

function canceledResult(reason: string): string {
  return errorResult('Canceled', reason === '' ? 'The job was canceled.' : `Canceled: ${reason}`);
}

/** Cancels without asking who may; throws `conflict` when the job is over. */
export async function cancelRow(
  deps: CancelDeps,
  call: Call,
  { id, reason, force }: CancelRequest,
): Promise<{ id: string; state: 'canceled' | 'canceling' }> {
  const by = [id, workspaceOf(call), displayNameOf(call.caller), reason];
  const ending = [...by, deps.clock.now(), canceledResult(reason)];
  if (await deps.db.row(force ? forceCancel : cancelQueued, ending)) {
    if (force && !deps.cancelHere(id)) deps.cancelElsewhere(id);
    deps.events.ended(id, undefined);
    deps.events.tellOthers(id);
    return { id, state: 'canceled' };
  }
  if (await deps.db.row(cancelRunning, by)) {
    if (!deps.cancelHere(id)) deps.cancelElsewhere(id);
    return { id, state: 'canceling' };
  }
  throw new AppError('conflict', `Job ${id} is already over.`, {
    hint: 'Read its result instead.',
  });
}

/** Cancels a job that the caller may cancel; else `not_found`. */
export async function cancelJob(deps: CancelDeps, call: Call, wanted: CancelRequest) {
  await findJob(deps.db, call, { id: wanted.id, toCancel: true });
  return cancelRow(deps, call, wanted);
}
