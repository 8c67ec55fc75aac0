// What hooks add to a call of a service: five declarative ones that apply, with conditions, a
// regular expression and changes, on a call of ordinary size. Target: far below 1 ms.
import { monotonicMs } from '../src/base/index.ts';
import { startHooks } from '../test/kit/hooks.ts';
import { line } from './client.ts';

const rounds = 20_000;

const sources = [
  `{ name: labels, phase: before, do: [{ inject: { labels: ["{{subject.username}}"] } }] }`,
  `{ name: trim, phase: before, do: [{ transform: { field: params.summary, trim: true } }] }`,
  `{ name: key, phase: before, do: [{ validate: { message: no key,
      that: { field: params.summary, matches: "[A-Z][A-Z0-9]+-[0-9]+" } } }] }`,
  `{ name: late, phase: before, when: { time: { from: "00:00", to: "23:59" } }, do: [
      { instruct: { text: Be brief. } }] }`,
  `{ name: guard, phase: before, match: { params: { project: "PAY*" } }, do: [
      { block: { message: closed }, when: { field: subject.groups, contains: closed } }] }`,
];

/** Microseconds a call, the median of eleven rounds. */
async function measured(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 11; round += 1) {
    const began = monotonicMs();
    for (let call = 0; call < rounds / 11; call += 1) await work();
    times.push(((monotonicMs() - began) * 1000) / (rounds / 11));
  }
  return times.toSorted((a, b) => a - b)[5] ?? 0;
}

const kit = await startHooks();
try {
  const params = { project: 'PAY', summary: ' PAY-12 pay later ', description: 'x'.repeat(10_000) };
  const view = kit.view({ params });
  const before = () => kit.hooks.before(view);
  const none = await measured(before);
  for (const source of sources) await kit.op('companyHooks.create', { source });
  const five = await measured(before);
  line('five hooks before a call', `${five.toFixed(0)} µs`, '1,000 µs');
  line('no hooks before a call', `${none.toFixed(0)} µs`, '');
} finally {
  await kit.stop();
}
