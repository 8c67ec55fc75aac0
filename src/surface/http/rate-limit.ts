// How often one address may start jobs without saying who it is: requests a minute for each thing
// that it starts. Counted by `base/rate.ts`.
import { isIPv6 } from 'node:net';
import { AppError, type Clock, createRate } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';

export interface RateLimit {
  /** Throws as `take` would, and counts nothing. */
  look(address: string, what: string): void;
  /** Counts a request of `address` for `what`; throws `rate_limited` with `retryAfterSecs`. */
  take(address: string, what: string): void;
}

/** An IPv6 network is one sender: whoever has a network has all addresses of its /64. */
export function senderOf(address: string): string {
  if (!address.includes(':')) return address;
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

export function createRateLimit({
  clock,
  perMinute,
  limited = 'Without a login',
}: {
  clock: Clock;
  /** 0: no limit. */
  perMinute: number;
  /** What is counted, for people. */
  limited?: string;
}): RateLimit {
  const message = 'Too many requests from this address.';
  const limit = `${limited} ${perMinute} a minute are answered.`;
  const rate = createRate({ clock, perMinute, message, limit });
  return {
    look: (address, what) => rate.look(`${senderOf(address)} ${what}`),
    take: (address, what) => rate.take(`${senderOf(address)} ${what}`),
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

/** Requests that are answered at all, for each tool call that may be made. */
const requestsPerCall = 5;

/**
 * How many requests an address and a person may send to MCP addresses; a token is its person's.
 */
export function createMcpFlood(clock: Clock, callsPerMinute: number) {
  const perMinute = requestsPerCall * callsPerMinute;
  const limited = 'Of requests at MCP addresses';
  const addresses = createRateLimit({ clock, perMinute, limited });
  const limit = `${limited} ${perMinute} a minute are answered.`;
  const message = 'Too many requests of this person.';
  const callers = createRate({ clock, perMinute, message, limit });
  return {
    ofAddress: (address: string) => addresses.take(address, 'mcp'),
    ofCaller: ({ userId, email }: Caller) => callers.take(userId ?? email),
  };
}
