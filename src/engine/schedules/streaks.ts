// What follows from the end of a schedule's run: how many ended alike in a row, and which handlers
// are due. Pure; the settler stores it and starts them.
import type { ScheduleOptions } from './schedule.ts';

export interface Streaks {
  failures: number;
  successes: number;
  /** The last run that failed. */
  lastFailure: string | null;
}

/** A run that is over. Canceled and skipped ones say nothing about the runnable. */
export interface End {
  id: string;
  success: boolean;
  canceled: boolean;
  isSkipped: boolean | null;
  result: unknown;
  startedAt: number | null;
}

export type Handler = 'onFailure' | 'onRecovery' | 'onSuccess';

export interface Consequence {
  streaks: Streaks;
  handlers: Handler[];
}

/**
 * Windmill's rules: the failure handler is due from the N-th failure in a row on (`exact`: at the
 * N-th only); the recovery handler at the N-th success in a row once anything had failed.
 */
export function consequenceOf(
  options: ScheduleOptions,
  before: Streaks,
  end: Pick<End, 'id' | 'success' | 'canceled' | 'isSkipped'>,
): Consequence {
  if (end.canceled || end.isSkipped === true) return { streaks: before, handlers: [] };
  const handlers: Handler[] = [];
  if (!end.success) {
    const failures = before.failures + 1;
    const wanted = options.onFailureTimes ?? 1;
    const due = options.onFailureExact ? failures === wanted : failures >= wanted;
    if (options.onFailure && due) handlers.push('onFailure');
    return { streaks: { failures, successes: 0, lastFailure: end.id }, handlers };
  }
  const successes = before.successes + 1;
  const failedBefore = before.lastFailure !== null;
  if (options.onRecovery && failedBefore && successes === (options.onRecoveryTimes ?? 1)) {
    handlers.push('onRecovery');
  }
  if (options.onSuccess) handlers.push('onSuccess');
  return { streaks: { ...before, failures: 0, successes }, handlers };
}
