// How busy a worker is: the share of its slots that ran something, since it started and lately.
// Fed at each start and end of a run, so nothing is sampled between pings.

export interface Occupancy {
  /** From `at` on, this many slots are busy. */
  busy(slots: number, at: number): void;
  /** Shares from 0 to 1, until `at`: since the start, and of the last 15 s, 5 min and 30 min. */
  read(at: number): { all: number; last15s: number; last5m: number; last30m: number };
}

const longestMs = 30 * 60_000;
const shortestMs = 15_000;

/** Slot milliseconds that were busy up to a moment. */
interface Mark {
  at: number;
  busyMs: number;
}

export function createOccupancy(slots: number, startedAt: number): Occupancy {
  let now: Mark & { slots: number } = { at: startedAt, busyMs: 0, slots: 0 };
  /** One mark for each reading that was at least a second after the one before; oldest first. */
  const marks: Mark[] = [{ at: startedAt, busyMs: 0 }];

  function moveTo(at: number): void {
    const passedMs = Math.max(0, at - now.at);
    now = { ...now, at: now.at + passedMs, busyMs: now.busyMs + passedMs * now.slots };
  }

  /** Between the newest mark that is at least `spanMs` old, else the oldest, and now. */
  function shareOf(spanMs: number): number {
    const from = marks.findLast((mark) => now.at - mark.at >= spanMs) ?? marks[0] ?? now;
    const lengthMs = now.at - from.at;
    if (lengthMs <= 0 || slots === 0) return 0;
    return Math.min(1, (now.busyMs - from.busyMs) / (lengthMs * slots));
  }

  return {
    busy(count, at) {
      moveTo(at);
      now.slots = count;
    },
    read(at) {
      moveTo(at);
      const lengthMs = now.at - startedAt;
      const shares = {
        all: lengthMs > 0 && slots > 0 ? Math.min(1, now.busyMs / (lengthMs * slots)) : 0,
        last15s: shareOf(shortestMs),
        last5m: shareOf(5 * 60_000),
        last30m: shareOf(longestMs),
      };
      if (now.at - (marks.at(-1)?.at ?? 0) >= 1000) marks.push({ at: now.at, busyMs: now.busyMs });
      // One mark beyond the longest span must stay.
      while (marks[1] && now.at - marks[1].at > longestMs) marks.shift();
      return shares;
    },
  };
}
