// Looks at the process trees of runs under way, 20 times a second, and tells when one holds more
// memory or processes than it may. The floor below cgroups, which not every machine lets us use.
import type { Clock } from '../../base/index.ts';
import { exactMemoryKb, memoryKb } from './proc.ts';

const everyMs = 50;

export interface Watched {
  /** Pids of the tree; asked at each look. */
  members(): number[];
  memoryBytes: number;
  maxProcesses: number;
  /** Called once. */
  onExceeded(limit: 'memory' | 'processes'): void;
}

export interface Watch {
  /** Highest sum of memory seen, in KiB; null when the run ended before the first look. */
  peakKb(): number | null;
  end(): void;
}

export interface Watcher {
  watch(watched: Watched): Watch;
}

/** Forks share pages until they write: without this ten forks of one process count ten times. */
function exactSum(pids: readonly number[]): number {
  let sum = 0;
  for (const pid of pids) sum += exactMemoryKb(pid) ?? memoryKb(pid);
  return sum;
}

export function createWatcher(clock: Clock): Watcher {
  const entries = new Map<Watched, { peak: number | null }>();
  let timer: (() => void) | undefined;

  function look(watched: Watched, seen: { peak: number | null }): void {
    const pids = watched.members();
    if (pids.length > watched.maxProcesses) {
      entries.delete(watched);
      watched.onExceeded('processes');
      return;
    }
    let sum = 0;
    for (const pid of pids) sum += memoryKb(pid);
    seen.peak = Math.max(seen.peak ?? 0, sum);
    if (sum * 1024 > watched.memoryBytes && exactSum(pids) * 1024 > watched.memoryBytes) {
      entries.delete(watched);
      watched.onExceeded('memory');
    }
  }

  function tick(): void {
    for (const [watched, seen] of [...entries]) look(watched, seen);
    timer = entries.size > 0 ? clock.after(everyMs, tick) : undefined;
  }

  return {
    watch(watched) {
      const seen = { peak: null as number | null };
      entries.set(watched, seen);
      // A timer that finds nothing to look at ends by itself: runs of a millisecond start none.
      timer ??= clock.after(everyMs, tick);
      return { peakKb: () => seen.peak, end: () => entries.delete(watched) };
    },
  };
}
