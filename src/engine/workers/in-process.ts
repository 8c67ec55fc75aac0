// Jobs that the worker does by itself, because no code of people runs in them: how one is limited
// in time, canceled, and what its end looks like. Every one is a job like any other all the same.
import { AppError, type Clock } from '../../base/index.ts';
import { type ClaimedJob, errorResult } from '../jobs/index.ts';
import type { RunOutcome } from '../runners/index.ts';

export interface InProcess {
  job: ClaimedJob;
  /** Ends it from outside: canceled, or the worker stops. */
  signal: AbortSignal;
  /** Its time limit, unless the job has one. */
  timeoutMs: number;
  /** The name of an error that is no bug, in the job's result. */
  errorName: string;
}

/** The outcome of `work`, whose signal fires at the limit too. What is no `AppError` is thrown. */
export async function runInProcess(
  { clock }: { clock: Clock },
  { job, signal, timeoutMs, errorName }: InProcess,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<RunOutcome> {
  const began = clock.now();
  const late = new AbortController();
  const limitMs = job.timeoutS === null ? timeoutMs : job.timeoutS * 1000;
  const cancelTimer = clock.after(limitMs, () => late.abort());
  const ended = (resultJson: string, rest: Partial<RunOutcome> = {}): RunOutcome => ({
    success: false,
    resultJson,
    memPeakKb: null,
    durationMs: clock.now() - began,
    killed: null,
    ...rest,
  });
  try {
    const result = await work(AbortSignal.any([signal, late.signal]));
    return ended(JSON.stringify(result ?? null), { success: true });
  } catch (error) {
    if (signal.aborted) return ended('null', { killed: 'canceled' });
    if (late.signal.aborted) {
      const message = `It took longer than ${limitMs / 1000} s.`;
      return ended(errorResult('TimeoutError', message), { killed: 'timeout' });
    }
    if (!(error instanceof AppError)) throw error;
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    return ended(errorResult(errorName, `${error.message}${hint}`));
  } finally {
    cancelTimer();
  }
}
