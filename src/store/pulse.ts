// Does the database answer? For monitors, which may ask as often as they like.
import type { Clock } from '../base/index.ts';
import type { Database } from './database.ts';
import { ping } from './pulse.sql.ts';

const keptMs = 1000;
const withinMs = 1000;

/** Asks at most once a second, and waits at most that long. */
export function createPulse({ db, clock }: { db: Database; clock: Clock }): () => Promise<boolean> {
  let askedAt = 0;
  let answer: Promise<boolean> | undefined;

  function ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = clock.after(withinMs, () => resolve(false));
      db.row(ping)
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(cancel);
    });
  }

  return () => {
    const now = clock.now();
    if (!answer || Math.abs(now - askedAt) >= keptMs) {
      askedAt = now;
      answer = ask();
    }
    return answer;
  };
}
