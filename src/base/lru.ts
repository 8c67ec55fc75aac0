// A map that forgets what was used longest ago; the bound on everything this folder remembers.

export interface Lru<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  readonly size: number;
}

export interface LruOptions<Value> {
  maxEntries: number;
  /** With `weigh`: the most that all values together may weigh. */
  maxWeight?: number;
  weigh?: (value: Value) => number;
}

/** A value that alone weighs more than `maxWeight` is not kept. */
export function createLru<Value>(options: LruOptions<Value>): Lru<Value> {
  const { maxEntries, maxWeight = Infinity, weigh = () => 0 } = options;
  // A Map iterates in insertion order, so the first key is the one used longest ago.
  const entries = new Map<string, { value: Value; weight: number }>();
  let total = 0;

  function remove(key: string): void {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value) {
      remove(key);
      const weight = weigh(value);
      if (weight > maxWeight) return;
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && total <= maxWeight) break;
        remove(oldest);
      }
    },
    delete: remove,
    get size() {
      return entries.size;
    },
  };
}
