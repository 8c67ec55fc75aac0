// One run of an installer of packages (bun, pip) or of a compiler, from its start to its end or to
// its limit.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { AppError } from '../../base/index.ts';
import type { WrappedCommand } from '../sandbox/index.ts';

const limitMs = 120_000;
const maxOutput = 200_000;

interface Ended {
  status: number | null;
  /** The end of both outputs, without credentials. */
  output: string;
}

export interface InstallerOptions {
  signal: AbortSignal;
  /** Told of the output line by line, as it comes. */
  onOutput?: (text: string) => void;
  /** What it does, for who waited too long. */
  doing?: string;
}

/** Addresses of registries may hold some. */
const withoutCredentials = (text: string): string =>
  text.replaceAll(/\b(\w+:\/\/)[^\s/@]*@/g, '$1');

function canceled(): AppError {
  return new AppError('canceled', 'The deploy was canceled before it was built.');
}

/** Kills the whole group on abort and after two minutes; throws `canceled`, `timeout`. */
export async function runInstaller(
  command: WrappedCommand,
  { signal, onOutput, doing = 'Installing the packages' }: InstallerOptions,
): Promise<Ended> {
  if (signal.aborted) throw canceled();
  const child = spawn(command.file, command.argv, {
    env: command.env,
    cwd: command.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  let timedOut = false;
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  };
  const limit = setTimeout(() => {
    timedOut = true;
    kill();
  }, limitMs);
  signal.addEventListener('abort', kill, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      const line = `${withoutCredentials(text)}\n`;
      output = (output + line).slice(-maxOutput);
      onOutput?.(line);
    });
  }
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    if (signal.aborted) throw canceled();
    if (!timedOut) return { status, output };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', kill);
  }
  throw new AppError('timeout', `${doing} took more than two minutes.`, {
    hint: 'Check the network of the server, or import fewer and smaller packages.',
  });
}
