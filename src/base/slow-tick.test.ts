// One beat for everybody who looks now and then.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { movingClock } from '../../test/kit/moving-clock.ts';
import { createLog } from './log.ts';
import { createSlowTick, slowTickMs } from './slow-tick.ts';

/** `backMs`: by how much somebody has set the time back; timers do not mind. */
function started(backMs = () => 0) {
  const clock = movingClock();
  const lines: string[] = [];
  const shown = { ...clock, now: () => clock.now() - backMs() };
  const tick = createSlowTick({
    clock: shown,
    log: createLog('error', (line) => lines.push(line)),
  });
  const seen: string[] = [];
  const look = (name: string, everyMs: number) =>
    tick.every({ name, everyMs, look: () => void seen.push(name) });
  const beat = (): string[] => {
    clock.pass(slowTickMs);
    return seen.splice(0);
  };
  return { clock, lines, tick, look, beat, settled: () => new Promise(setImmediate) };
}

describe('the slow tick', () => {
  it('looks for all of them in the same moment, and for some less often', async () => {
    const { look, beat, clock, settled } = started();
    const stops = [look('each', slowTickMs)];
    clock.pass(slowTickMs / 4);
    stops.push(look('joined later', slowTickMs), look('third', 3 * slowTickMs));
    const beats: string[][] = [];
    for (let n = 0; n < 4; n += 1) {
      beats.push(beat());
      await settled();
    }
    const each = ['each', 'joined later'];
    assert.deepEqual(beats, [each, each, [...each, 'third'], each]);
    for (const stop of stops) await stop();
    assert.deepEqual(beat(), []);
  });

  it('goes on after a look that failed, and passes one that is under way', async () => {
    const { tick, look, beat, lines, settled } = started();
    let ended = (): void => undefined;
    let looks = 0;
    const long = tick.every({
      name: 'a long look',
      everyMs: slowTickMs,
      look() {
        looks += 1;
        return new Promise((resolve) => {
          ended = resolve;
        });
      },
    });
    const failing = tick.every({
      name: 'looking at nothing',
      everyMs: slowTickMs,
      look: () => Promise.reject(new Error('away')),
    });
    const other = look('other', slowTickMs);
    for (let n = 0; n < 3; n += 1) {
      assert.deepEqual(beat(), ['other']);
      await settled();
    }
    assert.equal(looks, 1);
    assert.equal(lines.filter((line) => /looking at nothing failed/.test(line)).length, 3);
    let stopped = false;
    const stopping = long().then(() => {
      stopped = true;
    });
    await settled();
    assert.equal(stopped, false);
    ended();
    await stopping;
    await Promise.all([failing(), other()]);
  });

  it('is not held up by a clock that is set back', async () => {
    let backMs = 0;
    const { look, beat, settled } = started(() => backMs);
    const stop = look('each', slowTickMs);
    assert.deepEqual(beat(), ['each']);
    await settled();
    backMs = 3_600_000;
    assert.deepEqual(beat(), ['each']);
    await stop();
  });
});
