// Collects what a run writes, masks its secrets, and stores it in pieces while the run goes on.
// What is left at the end is stored with the result, in the same commit.
import { type Clock, maskSecrets } from '../../base/index.ts';
import type { LogPiece } from '../jobs/index.ts';

/** How long a line may wait before people can see it. */
const flushAfterMs = 200;
const flushAtUnits = 256 * 1024;

/** The longest end of `text` that could be the beginning of a secret: it waits for the rest. */
function openEnd(text: string, secrets: readonly string[]): number {
  let longest = 0;
  for (const secret of secrets) {
    const most = Math.min(secret.length - 1, text.length);
    for (let length = most; length > longest; length -= 1) {
      if (text.endsWith(secret.slice(0, length))) longest = length;
    }
  }
  return longest;
}

/** Instead of an end of a log whose secrets could not be read. */
const unmasked = '[the end of this log is left out: its secrets could not be masked]\n';

export interface LogWriter {
  write(text: string): void;
  /**
   * What was not stored yet, once all before it is: a reader must never see the end of a log
   * without its middle. Nothing may be written after it.
   */
  rest(): Promise<LogPiece | undefined>;
}

export function createLogWriter({
  jobId,
  start,
  secrets,
  clock,
  store,
  refresh,
}: {
  jobId: string;
  /** Where an earlier attempt's log ended. */
  start: number;
  secrets: readonly string[];
  clock: Clock;
  store: (piece: LogPiece) => Promise<void>;
  /** Brings `secrets` up to date, where the job may have fetched some elsewhere. */
  refresh?: (() => Promise<void>) | undefined;
}): LogWriter {
  let waiting = '';
  let at = start;
  let cancel: (() => void) | undefined;
  let stored: Promise<void> = Promise.resolve();

  function take(last: boolean): LogPiece | undefined {
    cancel?.();
    cancel = undefined;
    const held = last ? 0 : openEnd(waiting, secrets);
    const ready = held === 0 ? waiting : waiting.slice(0, -held);
    waiting = held === 0 ? '' : waiting.slice(-held);
    if (ready === '') return undefined;
    // PostgreSQL cannot store NUL in text.
    const content = maskSecrets(ready, secrets).replaceAll('\0', '\ufffd');
    const piece = { jobId, start: at, stop: at + content.length, content };
    at = piece.stop;
    return piece;
  }

  function storeTaken(): Promise<void> {
    const piece = take(false);
    return piece ? store(piece) : Promise.resolve();
  }

  function flush(): void {
    cancel?.();
    cancel = undefined;
    // What cannot be masked yet waits for the next time.
    stored = refresh
      ? stored
          .then(refresh)
          .then(storeTaken)
          .catch(() => undefined)
      : storeTaken();
  }

  return {
    write(text) {
      waiting += text;
      if (waiting.length >= flushAtUnits) flush();
      else cancel ??= clock.after(flushAfterMs, flush);
    },
    async rest() {
      if (refresh) {
        await stored;
        await refresh().catch(() => {
          waiting = unmasked;
        });
      }
      const last = take(true);
      await stored;
      return last;
    },
  };
}
