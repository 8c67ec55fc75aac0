// How often one address may start jobs without saying who it is: requests a minute for each thing
// that it starts. In this process only, bounded in memory; a server beside counts for itself.
import { isIPv6 } from 'node:net';
import { AppError, type Clock } from '../../base/index.ts';

/** Beyond this the address that was not heard of for longest is forgotten. */
const maxKeys = 20_000;

export interface RateLimit {
  /** Throws as `take` would, and counts nothing. */
  look(address: string, what: string): void;
  /** Counts a request of `address` for `what`; throws `rate_limited` with `retryAfterSecs`. */
  take(address: string, what: string): void;
}

/** An IPv6 network is one sender: whoever has a network has all addresses of its /64. */
function senderOf(address: string): string {
  const plain =
    address
      .toLowerCase()
      .replace(/^::ffff:(?=\d+\.)/, '')
      .split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return plain;
  const [before = '', after] = plain.split('::');
  const front = before === '' ? [] : before.split(':');
  const back = after ? after.split(':') : [];
  const gap = after === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(Math.max(0, gap)).fill('0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/**
 * A minute's worth at once, then one each time that another is due (the generic cell rate
 * algorithm): a key is one number, the time at which all that it took is earned again.
 * `perMinute` 0: no limit.
 */
export function createRateLimit({
  clock,
  perMinute,
  limited = 'Without a login',
}: {
  clock: Clock;
  perMinute: number;
  /** What is counted, for people. */
  limited?: string;
}): RateLimit {
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
    throw new AppError('rate_limited', 'Too many requests from this address.', {
      hint: `${limited} ${perMinute} a minute are answered. Try again later.`,
      details: { retryAfterSecs: Math.ceil(waitMs / 1000) },
    });
  }

  return {
    look(address, what) {
      if (perMinute > 0) earned(`${senderOf(address)} ${what}`);
    },
    take(address, what) {
      if (perMinute === 0) return;
      const key = `${senderOf(address)} ${what}`;
      const before = earned(key);
      earnedAt.delete(key);
      earnedAt.set(key, before + eachMs);
      const [oldest] = earnedAt.size > maxKeys ? earnedAt.keys() : [];
      if (oldest !== undefined) earnedAt.delete(oldest);
    },
  };
}

/** Of one address at one secret: a person mistypes less, a program that guesses needs more. */
const guessesPerMinute = 30;

/**
 * Runs `attempt`, which proves something, unless this address was wrong too often about `what`.
 * Only wrong proofs count, so who proves well may come as often as it likes.
 */
export type Guarded = <Result>(
  address: string,
  what: string,
  attempt: () => Promise<Result>,
) => Promise<Result>;

export function createGuard({ clock }: { clock: Clock }): Guarded {
  const limited = 'Of wrong passwords, keys and signatures';
  const guesses = createRateLimit({ clock, perMinute: guessesPerMinute, limited });
  return async (address, what, attempt) => {
    guesses.look(address, what);
    try {
      return await attempt();
    } catch (error) {
      const isWrong = error instanceof AppError && error.code === 'unauthenticated';
      if (isWrong) guesses.take(address, what);
      throw error;
    }
  };
}
