// The one slow timer of a process. Whoever must look at the database now and then looks on its
// beat, so that an idle process does so in one moment every ten seconds and is quiet in between.
// It is the floor under lost signals, never the way that news usually comes.
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** The beat; nothing is looked at more often. */
export const slowTickMs = 10_000;

interface SlowLook {
  /** For the log, when a look fails. */
  name: string;
  /** Rounded to whole beats. */
  everyMs: number;
  look: () => Promise<void> | void;
}

export interface SlowTick {
  /**
   * Looks from now on, first after `everyMs`; a beat that finds the last look under way passes.
   * What a look throws is logged. The answer ends it, and resolves when no look is under way.
   */
  every(wanted: SlowLook): () => Promise<void>;
}

interface Entry extends SlowLook {
  lookedAt: number;
  looking: Promise<void> | undefined;
}

/** The timer runs while somebody looks. */
export function createSlowTick({ clock, log }: { clock: Clock; log: Log }): SlowTick {
  const entries = new Set<Entry>();
  let cancel: (() => void) | undefined;

  async function lookOnce({ name, look }: Entry): Promise<void> {
    try {
      await look();
    } catch (error) {
      log.error(`${name} failed`, { error });
    }
  }

  function beat(): void {
    cancel = entries.size > 0 ? clock.after(slowTickMs, beat) : undefined;
    const now = clock.now();
    for (const entry of entries) {
      // A clock that was set back makes the look early, not late.
      const isDue = Math.abs(now - entry.lookedAt) >= entry.everyMs - slowTickMs / 2;
      if (!isDue || entry.looking) continue;
      entry.lookedAt = now;
      entry.looking = lookOnce(entry).finally(() => {
        entry.looking = undefined;
      });
    }
  }

  return {
    every(wanted) {
      const entry: Entry = { ...wanted, lookedAt: clock.now(), looking: undefined };
      entries.add(entry);
      cancel ??= clock.after(slowTickMs, beat);
      return async () => {
        entries.delete(entry);
        if (entries.size === 0) {
          cancel?.();
          cancel = undefined;
        }
        await entry.looking;
      };
    },
  };
}
