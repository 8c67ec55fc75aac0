// A short child process that gets text and answers text: an interpreter's own parser. It has none
// of the server's environment, is confined where a sandbox is given, and never runs its input.
import { spawn } from 'node:child_process';
import type { Sandbox } from '../sandbox/index.ts';

export interface Outcome {
  /** null when a signal ended it. */
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface QuietCommand {
  argv: readonly string[];
  /** What it reads besides the system's own files. */
  readOnly: readonly string[];
  /** undefined: a plain child. */
  sandbox: Sandbox | undefined;
}

const limitMs = 15_000;
const maxOutput = 16_000_000;
const env = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  LC_ALL: 'C',
  PYTHONUTF8: '1',
};

function commandOf({ argv, readOnly, sandbox }: QuietCommand) {
  const [file = '', ...rest] = argv;
  if (!sandbox || !readOnly.every((path) => sandbox.canReach(path))) {
    return { file, argv: rest, env, cwd: '/' };
  }
  return sandbox.wrap({ argv, readOnly, writable: [], env, network: false });
}

/** Runs the command with `input` on standard input; undefined when there is no such program. */
export function runQuietly(command: QuietCommand, input: string): Promise<Outcome | undefined> {
  const { file, argv, ...options } = commandOf(command);
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, {
      ...options,
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
