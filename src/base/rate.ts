// How often something may happen: so many times a minute for each key. In this process only, and
// bounded in memory; a server beside counts for itself.
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';

/** Beyond this the key that was not heard of for longest is forgotten. */
const maxKeys = 20_000;

export interface Rate {
  /** Throws as `take` would, and counts nothing. */
  look(key: string): void;
  /** Counts one for `key`; throws `rate_limited` with `retryAfterSecs`. */
  take(key: string): void;
}

export interface RateOptions {
  clock: Clock;
  /** 0: no limit. */
  perMinute: number;
  /** What happened, for people. */
  message: string;
  /** What the limit is; how to go on is said behind it. */
  limit: string;
}

/**
 * A minute's worth at once, then one each time that another is due (the generic cell rate
 * algorithm): a key is one number, the time at which all that it took is earned again.
 */
export function createRate({ clock, perMinute, message, limit }: RateOptions): Rate {
  const eachMs = 60_000 / perMinute;
  // In the order in which they were last heard of.
  const earnedAt = new Map<string, number>();

  /** When what `key` took so far is earned again; throws when it may take no more. */
  function earned(key: string): number {
    const now = clock.now();
    const before = Math.max(now, earnedAt.get(key) ?? now);
    const waitMs = before + eachMs - now - 60_000;
    // Half a millisecond: sums of fractions are not exact.
    if (waitMs <= 0.5) return before;
    const retryAfterSecs = Math.ceil(waitMs / 1000);
    throw new AppError('rate_limited', message, {
      hint: `${limit} Try again in ${retryAfterSecs} s.`,
      details: { retryAfterSecs },
    });
  }

  return {
    look(key) {
      if (perMinute > 0) earned(key);
    },
    take(key) {
      if (perMinute === 0) return;
      const before = earned(key);
      earnedAt.delete(key);
      earnedAt.set(key, before + eachMs);
      const [oldest] = earnedAt.size > maxKeys ? earnedAt.keys() : [];
      if (oldest !== undefined) earnedAt.delete(oldest);
    },
  };
}
