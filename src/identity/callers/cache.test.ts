// The cache of callers: how long it keeps, what a change does to it, how large it grows.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCache } from './cache.ts';

describe('the cache of callers', () => {
  const clock = { now: () => now, after: () => () => undefined };
  let now = 1000;
  const options = { clock, keepMs: 50, keepNoneMs: 20, maxEntries: 3 };

  it('keeps no answer that was read before a change', async () => {
    const cache = createCache<string>(options);
    let answer: (value: string) => void = () => undefined;
    const slow = cache.get('a', async () => ({
      value: await new Promise<string>((resolve) => (answer = resolve)),
    }));
    cache.clear();
    const next = await cache.get('a', async () => ({ value: 'new' }));
    answer('old');
    assert.equal(await slow, 'old', 'who asked before may still get it');
    assert.equal(next, 'new');
    assert.equal(await cache.get('a', async () => ({ value: 'newer' })), 'new');
  });

  it('reads once for callers that come together, and again after a failure', async () => {
    const cache = createCache<number>(options);
    let reads = 0;
    const read = async () => ({ value: (reads += 1) });
    assert.deepEqual(await Promise.all([cache.get('a', read), cache.get('a', read)]), [1, 1]);
    const failing = cache.get('b', () => Promise.reject(new Error('no database')));
    await assert.rejects(failing, /no database/);
    assert.equal(await cache.get('b', read), 2);
  });

  it('keeps nothing beyond its time, and "none" shorter', async () => {
    const cache = createCache<number>(options);
    let reads = 0;
    const read =
      (value: number | undefined, until: number | null = null) =>
      async () => {
        reads += 1;
        return { value, until };
      };
    const rows: [value: number | undefined, until: number | null, keptMs: number][] = [
      [1, null, 50],
      [1, 1030, 30],
      [undefined, null, 20],
    ];
    for (const [value, until, keptMs] of rows) {
      now = 1000;
      cache.clear();
      reads = 0;
      for (const at of [1000, 1000 + keptMs - 1, 1000 + keptMs]) {
        now = at;
        await cache.get('a', read(value, until));
      }
      assert.equal(reads, 2, JSON.stringify([value, until]));
    }
  });

  it('stays small, and guesses push out no real one', async () => {
    const cache = createCache<string>(options);
    await cache.get('real', async () => ({ value: 'kept' }));
    for (let guess = 0; guess < 100; guess += 1) {
      await cache.get(`guess${guess}`, async () => ({ value: undefined }));
    }
    assert.equal(await cache.get('real', async () => ({ value: 'read again' })), 'kept');
    for (const key of ['x', 'y', 'z']) await cache.get(key, async () => ({ value: key }));
    assert.equal(await cache.get('real', async () => ({ value: 'read again' })), 'read again');
  });
});
