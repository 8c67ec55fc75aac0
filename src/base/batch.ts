// Natural batching: while one write is under way the next items gather, and go out together.
// A lone item is written at once, so latency is not traded for throughput.

export interface Batcher<Item, Result> {
  /** Resolves with the item's own result once its batch is written; rejects with its error. */
  add(item: Item): Promise<Result>;
  /** Resolves when everything that was added is written. */
  drain(): Promise<void>;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}

/**
 * `write` gets 1 to `maxItems` items and answers one result for each, in order; it must do all or
 * nothing, because a batch that fails is written again item by item.
 * At most `writers` writes are under way at a time.
 */
export function createBatcher<Item, Result>(
  write: (items: Item[]) => Promise<readonly Result[]>,
  { maxItems, writers }: { maxItems: number; writers: number },
): Batcher<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  const underWay = new Set<Promise<void>>();

  async function flush(): Promise<void> {
    const batch = waiting.slice(0, maxItems);
    waiting = waiting.slice(maxItems);
    try {
      const results = await write(batch.map((entry) => entry.item));
      batch.forEach((entry, index) => entry.resolve(results[index] as Result));
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const entry of batch) await writeAlone(entry);
    }
  }

  /** One bad item must not fail its neighbours: the batch failed whole, so each is tried again. */
  async function writeAlone(entry: Waiting<Item, Result>): Promise<void> {
    try {
      const [result] = await write([entry.item]);
      entry.resolve(result as Result);
    } catch (error) {
      entry.reject(error);
    }
  }

  function pump(): void {
    while (waiting.length > 0 && underWay.size < writers) {
      const running = flush().finally(() => {
        underWay.delete(running);
        pump();
      });
      underWay.add(running);
    }
  }

  return {
    add: (item) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        // A microtask later, so that items added in the same turn share a batch.
        if (waiting.length === 1) queueMicrotask(pump);
      }),
    async drain() {
      while (waiting.length > 0 || underWay.size > 0) {
        pump();
        await Promise.allSettled(underWay);
      }
    },
  };
}
