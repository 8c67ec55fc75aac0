// A store opened by a process of its own, for tests that race such processes, kill them, or run
// them as somebody else.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { StoreRole } from '../../src/store/index.ts';

export interface StoreChild {
  /** What it said: that the store is open, or why it is not. */
  answer: { opened: true } | { opened: false; code: string; message: string; hint?: string };
  pid: number;
  /** Ends it without a chance to tidy up. */
  kill9(): Promise<void>;
  /** Closes the store and waits for the end; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface StoreChildOptions {
  dataFolder: string;
  databaseUrl?: string;
  role?: StoreRole;
  /** Goes before the program, such as `setpriv` with its options. */
  prefix?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

const program = new URL('./store-main.ts', import.meta.url).pathname;

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

export async function startStoreChild(options: StoreChildOptions): Promise<StoreChild> {
  const { prefix = [], env = {}, ...wanted } = options;
  const argv = [...prefix, process.execPath, program, JSON.stringify(wanted)];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd: '/',
  });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`it ended with ${code}: ${errors.join('')}`)));
  });
  return {
    answer: JSON.parse(line) as StoreChild['answer'],
    pid: child.pid ?? 0,
    async kill9() {
      child.kill('SIGKILL');
      await ended(child);
    },
    async stop() {
      child.stdin.end();
      return ended(child);
    },
  };
}
