// What is kept, what goes first, and what is taken out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLru } from './lru.ts';

test('what was used longest ago goes first; what is deleted weighs nothing', () => {
  const lru = createLru<string>({ maxEntries: 2, maxWeight: 10, weigh: ({ length }) => length });
  lru.set('a', 'xxxxx');
  lru.set('b', 'xxxxx');
  assert.equal(lru.get('a'), 'xxxxx');
  lru.set('c', 'x');
  assert.deepEqual([lru.get('b'), lru.size], [undefined, 2]);
  lru.delete('a');
  lru.delete('unknown');
  lru.set('d', 'xxxxxxxxx');
  assert.deepEqual([lru.get('a'), lru.get('c'), lru.get('d')?.length], [undefined, 'x', 9]);
});
