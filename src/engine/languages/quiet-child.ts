// A short child process that gets text and answers text: an interpreter's own parser. It has none
// of the server's environment, and never runs what it is given.
import { spawn } from 'node:child_process';

export interface Outcome {
  /** null when a signal ended it. */
  status: number | null;
  stdout: string;
  stderr: string;
}

const limitMs = 15_000;
const maxOutput = 16_000_000;

/** Where interpreters are looked for, without asking the server's environment. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';

/** Runs `file` with `input` on standard input; undefined when there is no such program. */
export function runQuietly(
  file: string,
  argv: readonly string[],
  input: string,
): Promise<Outcome | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, {
      env: { PATH: path, LC_ALL: 'C', PYTHONUTF8: '1' },
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        if (output[name].length > maxOutput) child.kill('SIGKILL');
      });
    }
    // It may end before it has read everything, which is no error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? resolve(undefined) : reject(error),
    );
    child.on('close', (status) => resolve({ status, ...output }));
  });
}
