// The only place that reads the time. Code that waits or stamps takes a `Clock`,
// so a test can hold the time still and move it on.

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls `run` once after `delayMs`; the answer cancels. Never keeps the process alive. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Milliseconds from a monotonic source, for durations only. */
export function monotonicMs(): number {
  return performance.now();
}
