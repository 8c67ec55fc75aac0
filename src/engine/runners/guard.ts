// Ends a run that exceeds a limit or is canceled, and words the error that the caller reads.
// Owns the timers of one run; how to end it is given.
import type { Clock } from '../../base/index.ts';
import { errorJson, type Killed, type RunRequest } from './runner.ts';
import type { Watcher } from './watcher.ts';

export interface Guarded {
  request: RunRequest;
  members(): number[];
  /** Ends the run's process tree at once. */
  kill(reason: Killed): void;
}

export interface Guard {
  /** The limit that was hit, if one was. */
  killed(): Killed | null;
  peakKb(): number | null;
  end(): void;
}

const mebibytes = (bytes: number): string => `${Math.round((bytes / 1_048_576) * 10) / 10} MiB`;

const seconds = (ms: number): string => `${ms / 1000} s`;

/** Result of a run that was ended from outside. */
export function killedJson(killed: Killed, { limits }: RunRequest, detail = ''): string {
  switch (killed) {
    case 'timeout':
      return errorJson(
        'Timeout',
        `the run took longer than its limit of ${seconds(limits.timeoutMs)}`,
      );
    case 'memory':
      return errorJson(
        'MemoryLimit',
        `the run used more memory than its limit of ${mebibytes(limits.memoryBytes)}`,
      );
    case 'processes':
      return errorJson(
        'ProcessLimit',
        `the run started more processes than its limit of ${limits.maxProcesses}`,
      );
    case 'canceled':
      return errorJson('Canceled', 'the run was canceled');
    case 'crash':
      return errorJson(
        'ExecutionErr',
        detail || 'the process of the script ended before it answered',
      );
  }
}

export function guardRun(
  { request, members, kill }: Guarded,
  clock: Clock,
  watcher: Watcher,
): Guard {
  const { limits, signal } = request;
  let killed: Killed | null = null;

  function stop(reason: Killed): void {
    if (killed !== null) return;
    killed = reason;
    kill(reason);
  }

  const onAbort = (): void => stop('canceled');
  const cancelTimer = clock.after(limits.timeoutMs, () => stop('timeout'));
  const watch = watcher.watch({
    members,
    memoryBytes: limits.memoryBytes,
    maxProcesses: limits.maxProcesses,
    onExceeded: stop,
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) stop('canceled');

  return {
    killed: () => killed,
    peakKb: () => watch.peakKb(),
    end() {
      cancelTimer();
      watch.end();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
