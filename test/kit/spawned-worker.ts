// A worker as a process of its own, started through the real command, for tests that kill it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const bin = new URL('../../bin/millrace.mjs', import.meta.url).pathname;

export interface WorkerProcess {
  readonly pid: number | undefined;
  /** Everything that it printed so far. */
  readonly printed: string;
  /** Asks it to stop, and does not wait. */
  terminate(): void;
  /** Kills it without a chance to tidy up, and waits until it is gone. */
  kill9(): Promise<void>;
  /** Resolves with the exit code at its end. */
  ended: Promise<number | null>;
}

/** Starts `millrace worker` with these flags and waits until it says that it is ready. */
export async function startWorkerProcess(
  flags: readonly string[],
  env: Record<string, string>,
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [bin, 'worker', ...flags], {
    env: { ...process.env, MILLRACE_ALLOW_UNSANDBOXED: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stderr.on('data', (chunk: Buffer) => lines.push(String(chunk)));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line.includes('is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${lines.join('\n')}`)));
  });
  return {
    pid: child.pid,
    get printed() {
      return lines.join('\n');
    },
    terminate: () => void child.kill('SIGTERM'),
    async kill9() {
      child.kill('SIGKILL');
      await ended;
    },
    ended,
  };
}
