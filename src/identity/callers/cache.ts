// A small cache of answers from the database: each kept for a few seconds, all dropped at once on
// any change. An answer that was being read when something changed is handed out, never kept.
import type { Clock } from '../../base/index.ts';

export interface Answer<Value> {
  value: Value | undefined;
  /** Not kept beyond this time, epoch milliseconds. */
  until?: number | null;
}

export interface Cache<Value> {
  /** The kept answer for `key`, or what `read` answers; callers that come meanwhile share it. */
  get(key: string, read: () => Promise<Answer<Value>>): Promise<Value | undefined>;
  clear(): void;
}

export interface CacheOptions {
  clock: Clock;
  keepMs: number;
  /** For "there is none"; shorter, because nothing tells when there is one. */
  keepNoneMs: number;
  /** Entries of each kind; the oldest goes first. */
  maxEntries: number;
}

interface Kept<Value> {
  value: Value;
  until: number;
}

export function createCache<Value>(options: CacheOptions): Cache<Value> {
  const { clock, keepMs, keepNoneMs, maxEntries } = options;
  const kept = new Map<string, Kept<Value>>();
  // Apart, so that guessed tokens cannot push real ones out.
  const none = new Map<string, number>();
  const underWay = new Map<string, Promise<Value | undefined>>();
  let generation = 0;

  function remember(key: string, { value, until }: Answer<Value>): void {
    const now = clock.now();
    const map: Map<string, unknown> = value === undefined ? none : kept;
    map.delete(key);
    if (map.size >= maxEntries) {
      const [oldest] = map.keys();
      if (oldest !== undefined) map.delete(oldest);
    }
    if (value === undefined) none.set(key, now + keepNoneMs);
    else kept.set(key, { value, until: Math.min(now + keepMs, until ?? Infinity) });
  }

  async function load(key: string, read: () => Promise<Answer<Value>>): Promise<Value | undefined> {
    const began = generation;
    const answer = await read();
    if (began === generation) remember(key, answer);
    return answer.value;
  }

  return {
    get(key, read) {
      const now = clock.now();
      const known = kept.get(key);
      if (known && now < known.until) return Promise.resolve(known.value);
      if (now < (none.get(key) ?? 0)) return Promise.resolve(undefined);
      const waiting = underWay.get(key);
      if (waiting) return waiting;
      const loading = load(key, read).finally(() => {
        if (underWay.get(key) === loading) underWay.delete(key);
      });
      underWay.set(key, loading);
      return loading;
    },
    clear() {
      generation += 1;
      kept.clear();
      none.clear();
      // Who asks from now on must not get an answer that was read before the change.
      underWay.clear();
    },
  };
}
