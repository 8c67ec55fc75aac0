// Canceling: a queued job ends here and now; a running one is marked, and its worker told.
import { AppError, type Clock } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobEvents } from './events.ts';
import { errorResult, flowKinds } from './job.ts';
import { cancelQueued, cancelRunning, forceCancel } from './jobs.sql.ts';
import { findJob } from './visibility.ts';

export interface CancelDeps {
  db: Database;
  clock: Clock;
  events: JobEvents;
  /** Stops a run of this process at once; false when it runs elsewhere. */
  cancelHere: (id: string) => boolean;
  /** The flow engine's part: a step of this flow has ended without a worker. */
  flowGoesOn: (flowId: string) => void;
  /** Cancels a flow with all its steps; answers those that a worker runs. */
  cancelFlow: (wanted: {
    id: string;
    by: string;
    reason: string;
    resultJson: string;
    force: boolean;
  }) => Promise<string[]>;
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
  const seen = await findJob(deps.db, call, { id });
  const isTree = flowKinds.some((kind) => kind === seen.kind) || seen.waitsAsWorkflow;
  if (isTree && !seen.finished) {
    const name = displayNameOf(call.caller);
    const resultJson = canceledResult(reason);
    const running = await deps.cancelFlow({ id, by: name, reason, resultJson, force });
    for (const job of running) if (!deps.cancelHere(job)) deps.cancelElsewhere(job);
    if (seen.waitsAsWorkflow && seen.flow !== null) deps.flowGoesOn(seen.flow);
    return { id, state: force || seen.waitsAsWorkflow ? 'canceled' : 'canceling' };
  }
  const by = [id, workspaceOf(call), displayNameOf(call.caller), reason];
  const ending = [...by, deps.clock.now(), canceledResult(reason)];
  if (await deps.db.row(force ? forceCancel : cancelQueued, ending)) {
    if (force && !deps.cancelHere(id)) deps.cancelElsewhere(id);
    deps.events.ended(id, undefined);
    deps.events.tellOthers(id);
    if (seen.flow !== null) deps.flowGoesOn(seen.flow);
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
