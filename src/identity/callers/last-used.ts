// When tokens were last used: noted in memory, written behind in one statement, at most once a
// minute for each token. Never in the way of a call; a crash loses a few seconds of it.
import type { Clock, Log } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { touchTokens } from '../tokens/index.ts';

const everyMs = 60_000;
const delayMs = 1_000;
const maxKnown = 20_000;

export interface LastUsed {
  /** Notes a use of the token `id`, whose row said `storedAt`. */
  note(id: string, storedAt: number | null): void;
  /** Writes what is noted. */
  flush(): Promise<void>;
}

export function createLastUsed({
  db,
  clock,
  log,
}: {
  db: Database;
  clock: Clock;
  log: Log;
}): LastUsed {
  const written = new Map<string, number>();
  let noted = new Map<string, number>();
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(batch: ReadonlyMap<string, number>): Promise<void> {
    if (batch.size === 0) return;
    try {
      await db.run(touchTokens, [[...batch.keys()], [...batch.values()]]);
    } catch (error) {
      log.warn('the last use of tokens could not be written', { count: batch.size, error });
    }
  }

  function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    const batch = noted;
    noted = new Map();
    writing = writing.then(() => write(batch));
    return writing;
  }

  return {
    note(id, storedAt) {
      const now = clock.now();
      const last = written.get(id) ?? storedAt ?? 0;
      if (now < last + everyMs) return;
      // Forgetting only means asking the row again.
      if (written.size >= maxKnown) written.clear();
      written.set(id, now);
      noted.set(id, now);
      cancel ??= clock.after(delayMs, () => void flush());
    },
    flush,
  };
}
