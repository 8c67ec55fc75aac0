// What the runners add to a script: each kind of process with the sandbox off and on, beside the
// floor of the same run (starting `true`). Figures only; runs are one after the other unless said.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monotonicMs } from '../src/base/index.ts';
import type { RunRequest } from '../src/engine/runners/index.ts';
import { bundle, openRunnersKit, type RunnersKit } from '../test/kit/runners.ts';

interface Row {
  name: string;
  code: string;
  more: Partial<RunRequest>;
  rounds: number;
  targetMs: number | null;
}

const trivial = bundle('function main(x) { return x + 1; }');
const large = (bytes: number): string =>
  bundle(`const table = { ${'a'.repeat(7)}: 1,${"'key': 'value',".repeat(bytes / 15)} };
    function main(x) { return x + 1; }`);
const more = { parameters: ['x'], args: { x: 1 } };
const node = { ...more, runtime: 'node' as const };
const deno = { ...more, language: 'deno' as const };
const fresh = { ...more, isolation: 'fresh' as const };

const rows: Row[] = [
  { name: 'warm, bun', code: trivial, more, rounds: 3000, targetMs: 0.3 },
  { name: 'warm, node', code: trivial, more: node, rounds: 3000, targetMs: 0.3 },
  { name: 'warm, deno', code: trivial, more: deno, rounds: 3000, targetMs: null },
  { name: 'warm, bun, 50 KB', code: large(50_000), more, rounds: 1000, targetMs: 0.3 },
  { name: 'warm, bun, 1 MB', code: large(1_000_000), more, rounds: 300, targetMs: null },
  { name: 'fresh, bun', code: trivial, more: fresh, rounds: 60, targetMs: 12 },
  { name: 'fresh, node', code: trivial, more: { ...node, ...fresh }, rounds: 60, targetMs: null },
  {
    name: 'python',
    code: 'def main(x):\n  return x + 1',
    more: { ...more, language: 'python3' },
    rounds: 300,
    targetMs: 5,
  },
  { name: 'bash', code: 'echo $1', more: { ...more, language: 'bash' }, rounds: 100, targetMs: 8 },
];

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

const figure = (ms: number): string => ms.toFixed(ms < 1 ? 3 : ms < 10 ? 2 : 1).padStart(8);

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begun = monotonicMs();
  await run();
  return monotonicMs() - begun;
}

/** Sorted times of `rounds` runs, the first few left out: engines compile what they meet often. */
async function sample(rounds: number, run: () => Promise<unknown>): Promise<number[]> {
  for (let warm = 0; warm < rounds / 10; warm += 1) await run();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) times.push(await timed(run));
  return times.toSorted((a, b) => a - b);
}

async function must(kit: RunnersKit, code: string, request: Partial<RunRequest>): Promise<void> {
  const outcome = await kit.run(code, request);
  if (!outcome.success) throw new Error(outcome.resultJson);
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function table(mode: 'auto' | 'off'): Promise<void> {
  const kit = await openRunnersKit(mode);
  print(`\nsandbox ${kit.sandbox.kind}                  p50 ms  p95 ms  target`);
  for (const { name, code, more: request, rounds, targetMs } of rows) {
    const times = await sample(rounds, () => must(kit, code, request));
    const target = targetMs === null ? '' : figure(targetMs);
    print(
      `${name.padEnd(26)}${figure(quantile(times, 0.5))}${figure(quantile(times, 0.95))}${target}`,
    );
  }
  await firstRuns(kit);
  await parallel(kit);
  const { memoryBytes, processes } = kit.runners.status();
  print(`memory now: ${Math.round(memoryBytes / 1_048_576)} MB in ${JSON.stringify(processes)}`);
  await kit.close();
}

/** A script that was never run before, by somebody who never ran one. */
async function firstRuns(kit: RunnersKit): Promise<void> {
  let count = 0;
  for (const language of ['bun', 'python3'] as const) {
    const code = language === 'bun' ? trivial : 'def main(x): return x';
    const times = await sample(20, () => {
      count += 1;
      return must(kit, code, {
        ...more,
        language,
        codeHash: `first ${count}`,
        identity: `${count}`,
      });
    });
    print(
      `first run, ${language}`.padEnd(26) +
        figure(quantile(times, 0.5)) +
        figure(quantile(times, 0.95)),
    );
  }
}

/** Runs of one script at a time: how many a second. */
async function parallel(kit: RunnersKit): Promise<void> {
  for (const width of [1, 8, 16]) {
    const total = 4000;
    let left = total;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await must(kit, trivial, more);
      }
    };
    const ms = await timed(() => Promise.all(Array.from({ length: width }, lane)));
    print(
      `warm, bun, ${width} at a time`.padEnd(26) +
        `${Math.round((total / ms) * 1000)} runs/s`.padStart(14),
    );
  }
}

const floor = await sample(60, async () => {
  await once(spawn('/bin/true', { stdio: 'ignore' }), 'exit');
});
print(
  `floor: starting a process    ${figure(quantile(floor, 0.5))}${figure(quantile(floor, 0.95))}`,
);
await table('off');
await table('auto');
