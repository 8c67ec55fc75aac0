// Rows of calls that are over and wait to be stored: written in batches, kept when the database
// does not answer, as far as there is room, and counted when there is none.
import type { Clock, Log } from '../../base/index.ts';
import type { AuditContent } from './row.ts';

/** How long the row of a read may wait; a crash loses at most this much of them. */
const writeBehindMs = 200;
/** After a failure. */
const tryAgainMs = 5000;
const flushAt = 500;
/** Beyond this many waiting rows a call waits for the database too, so memory stays bounded. */
const maxWaiting = 20_000;

export interface BehindDeps {
  clock: Clock;
  log: Log;
  store: (rows: readonly AuditContent[]) => Promise<void>;
  /** There is no room for these. */
  dropped: (rows: readonly AuditContent[]) => void;
}

export function createBehind({ clock, log, store, dropped }: BehindDeps) {
  let waiting: AuditContent[] = [];
  let sinceAt = 0;
  let lost = 0;
  let isWell = true;
  let cancel: (() => void) | undefined;
  let flushing: Promise<void> | undefined;

  function drop(rows: readonly AuditContent[]): void {
    lost += rows.length;
    dropped(rows);
  }

  /** What cannot be stored waits for the next time, as far as there is room. */
  async function storeAll(): Promise<void> {
    cancel?.();
    cancel = undefined;
    const rows = waiting;
    waiting = [];
    if (rows.length === 0) return;
    try {
      await store(rows);
      isWell = true;
      if (lost > 0) log.error('rows of service calls were lost', { count: lost });
      lost = 0;
    } catch (error) {
      isWell = false;
      waiting = [...rows, ...waiting];
      drop(waiting.splice(maxWaiting));
      log.error('rows of service calls could not be stored', { count: waiting.length, error });
    }
  }

  function storeOnce(): Promise<void> {
    flushing ??= storeAll().finally(() => {
      flushing = undefined;
      if (waiting.length > 0) cancel ??= clock.after(isWell ? writeBehindMs : tryAgainMs, again);
    });
    return flushing;
  }

  /** What was added before is stored, or waits for the next time, when this resolves. */
  async function flush(): Promise<void> {
    await flushing;
    await storeOnce();
  }
  const again = (): void => void flush();

  return {
    async add(row: AuditContent): Promise<void> {
      if (waiting.length === 0) sinceAt = clock.now();
      if (waiting.length >= maxWaiting && !isWell) drop([row]);
      else waiting.push(row);
      if (waiting.length < flushAt) cancel ??= clock.after(writeBehindMs, again);
      else if (isWell) {
        const stored = flush();
        if (waiting.length >= maxWaiting) await stored;
      }
    },
    flush,
    /** Did the last write work? */
    isWell: (): boolean => isWell,
    /** Did the last write work? Tries again when it did not. */
    async works(): Promise<boolean> {
      if (!isWell) await flush();
      return isWell;
    },
    lag: () => ({ rows: waiting.length, ms: waiting.length === 0 ? 0 : clock.now() - sinceAt }),
  };
}
