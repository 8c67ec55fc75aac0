// Wakes flows that wait for people: at their deadline, and when an answer was stored by a process
// that died before the flow went on. One timer for all of them.
import type { Clock, Log } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { selectDueFlows, selectNextWake } from './state.sql.ts';

/** Longer waits are cut into pieces: what the timers of the platform take is limited. */
const longestMs = 3_600_000;

export type Alarm = ReturnType<typeof createAlarm>;

export function createAlarm({
  db,
  clock,
  log,
  onDue,
}: {
  db: Database;
  clock: Clock;
  log: Log;
  onDue: (flowId: string) => void;
}) {
  let nextAt = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let stopped = false;

  /** There will be something to do at `at`, in epoch milliseconds. */
  function set(at: number): void {
    if (stopped || at >= nextAt) return;
    nextAt = at;
    cancel?.();
    const delayMs = Math.min(longestMs, Math.max(1, at - clock.now()));
    cancel = clock.after(delayMs, () => {
      look().catch((error: unknown) => log.error('flows that wait were not looked at', { error }));
    });
  }

  /** Wakes what is due, and waits for the next one. */
  async function look(): Promise<void> {
    nextAt = Number.POSITIVE_INFINITY;
    cancel?.();
    const now = clock.now();
    const due = await db.rows<{ id: string }>(selectDueFlows, [now]);
    for (const { id } of due) onDue(id);
    const next = await db.row<{ wakeAt: number | null }>(selectNextWake);
    // What is due already is on its way; the rescuer looks again should it get stuck.
    if (next?.wakeAt && next.wakeAt > now) set(next.wakeAt);
  }

  return {
    set,
    look,
    stop(): void {
      stopped = true;
      cancel?.();
    },
  };
}
