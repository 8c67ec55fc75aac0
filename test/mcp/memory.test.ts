// The endpoint keeps nothing of a request: what is in memory after thousands of them is what was
// there before. A hundredth of the bench's million (`bench/mcp.bench.ts`).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Bench, legacy, messagesOf, modern, startBench } from './kit.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('memory', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench({ 'f/team/instant': (args) => args });
  });
  after(() => bench.stop());

  const params = { name: 's-f_team_instant', arguments: { name: 'x' } };
  const kinds = [
    modern('tools/call', params),
    legacy('tools/call', params),
    legacy('tools/call', { name: 'listJobs', arguments: {} }),
    legacy('tools/call', { name: 'nothing', arguments: {} }),
    modern('tools/list'),
  ];

  async function send(count: number): Promise<void> {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const { body, headers } = kinds[left % kinds.length] ?? modern('tools/list');
        const [message] = await messagesOf(await bench.post(body, { headers }));
        assert.equal(message?.jsonrpc, '2.0');
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
  }

  /** Bytes in use, without what the kit itself keeps for tests. */
  async function inUse(): Promise<number> {
    bench.calls.length = 0;
    bench.jobs.clear();
    bench.logLines.length = 0;
    // What `fetch` holds of a response is let go a turn after it was collected.
    for (let round = 0; round < 3; round += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  test('is the same after 10,000 requests', async () => {
    await send(2_000);
    const first = await inUse();
    await send(8_000);
    const grown = (await inUse()) - first;
    // 300 bytes a request would be 2.4 MB; what caches and the runtime move is below 1 MB.
    assert.ok(grown < 2_000_000, `${grown} bytes more`);
  });
});
