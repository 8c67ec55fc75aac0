// A server that is killed with -9 leaves no process of its scripts behind, whatever these did to
// get away, and the next server removes its folders and groups.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { openRunnersKit } from '../../../test/kit/runners.ts';
import { descendants, isAlive, pidsWhere } from './proc.ts';

const program = fileURLToPath(new URL('../../../test/kit/runners-server.ts', import.meta.url));

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Waits for something outside that sends no signal; gives up after a while. */
function until(done: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!done() && performance.now() < deadline) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
}

async function untilAllRun(server: ChildProcess): Promise<void> {
  if (server.stdout === null) throw new Error('a server without output');
  const [chunk] = (await once(server.stdout, 'data')) as [Buffer];
  assert.match(chunk.toString(), /all run/);
}

// The promise rests on parent-death signals, which only Linux has.
const modes = process.platform === 'linux' ? (['auto', 'off'] as const) : [];

for (const mode of modes) {
  test(`killed with -9, sandbox ${mode}`, async () => {
    const seconds = `${40_000 + (process.pid % 10_000)}.${mode === 'off' ? 1 : 2}`;
    const server = spawn(process.execPath, [program, mode, seconds], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = server.pid ?? 0;
    const sleepers = (): number[] =>
      pidsWhere((other) => commandLine(other).includes(`sleep ${seconds}`));
    let before: number[] = [];
    try {
      await untilAllRun(server);
      await until(() => sleepers().length >= 5);
      before = descendants(pid).filter((other) => other !== pid);
    } finally {
      server.kill('SIGKILL');
    }
    await once(server, 'exit');
    assert.ok(before.length >= 3);
    await until(() => !before.some(isAlive));
    assert.deepEqual(before.filter(isAlive), []);
    await until(() => sleepers().length === 0);
    assert.deepEqual(sleepers(), []);

    const next = await openRunnersKit(mode);
    await next.close();
    const remains = readdirSync(tmpdir()).filter((name) =>
      name.startsWith(`millrace-jobs-${pid}-`),
    );
    assert.deepEqual(remains, []);
  });
}
