// Calls that run at the same time: a hundred of one person, whichever clients they come from.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Bench,
  callers,
  callerWith,
  type Loose,
  messagesOf,
  modern,
  startBench,
} from './kit.ts';

describe('calls at once', () => {
  let bench: Bench;
  let running = 0;
  let full: () => void = () => undefined;
  let free: () => void = () => undefined;

  before(async () => {
    callers['laptop'] = callerWith(['mcp:all'], { tokenId: 'laptop' });
    callers['phone'] = callerWith(['mcp:all'], { tokenId: 'phone' });
    bench = await startBench({
      'f/team/held': async () => {
        running += 1;
        if (running === 100) full();
        await held;
        return 'done';
      },
      'f/team/quick': () => 'quick',
    });
  });
  after(() => bench?.stop());

  let held: Promise<void> = Promise.resolve();

  const call = async (token: string, name: string): Promise<Loose> => {
    const { body, headers } = modern('tools/call', { name, arguments: { name: 'x' } });
    const [message] = await messagesOf(await bench.post(body, { headers, token }));
    return message.result;
  };

  const rows: [says: string, tokens: string[]][] = [
    ['from one client', ['laptop']],
    ['from two clients', ['laptop', 'phone']],
  ];
  for (const [says, tokens] of rows) {
    it(`100 of one person run, ${says}; the next one is told to wait, others are not`, async () => {
      running = 0;
      held = new Promise((resolve) => (free = resolve));
      const allRun = new Promise<void>((resolve) => (full = resolve));
      const waiting = Array.from({ length: 100 }, (_, at) =>
        call(tokens[at % tokens.length] ?? '', 's-f_team_held'),
      );
      await allRun;
      for (const token of ['laptop', 'phone']) {
        const refused = await call(token, 's-f_team_quick');
        assert.equal(refused.structuredContent.error.code, 'rate_limited');
        assert.deepEqual(refused.structuredContent.error.details, { retryAfterSecs: 1 });
      }
      assert.equal((await call('other', 's-f_team_quick')).content[0].text, 'quick');
      assert.equal(running, 100);
      free();
      for (const result of await Promise.all(waiting)) {
        assert.equal(result.content[0].text, 'done');
      }
      assert.equal((await call('laptop', 's-f_team_quick')).content[0].text, 'quick');
    });
  }
});
