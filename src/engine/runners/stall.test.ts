// Runs while this process stalls: how one ends is read from what it answered, however late.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openRunnersKit, type RunnersKit } from '../../../test/kit/runners.ts';

const source = `import time
def main(n):
  time.sleep(0.007 * n)
  if n % 2: print(n)
  if n % 4 == 3:
    time.sleep(0.01)
    print(n)
  return n`;

/** Holds up the event loop. */
function stall(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe('a process that stalls', () => {
  let kit: RunnersKit;
  before(async () => {
    kit = await openRunnersKit('auto');
  });
  after(() => kit.close());

  it('takes no run for crashed whose answer it has not read yet', async () => {
    const how = { language: 'python3', parameters: ['n'], onLog: () => stall(45) } as const;
    for (let round = 0; round < 6; round += 1) {
      const numbers = Array.from({ length: 16 }, (_, n) => n);
      const outcomes = await Promise.all(
        numbers.map((n) => kit.run(source, { ...how, args: { n } })),
      );
      assert.deepEqual(
        outcomes.map(({ value }) => value),
        numbers,
      );
    }
  });
});
