// Runs the real command as people do, in a process of its own, with an environment that holds
// nothing but what the test says.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/millrace.mjs', import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** Text on standard input; nothing when absent. */
  input?: string;
  cwd?: string;
  /** Called with each piece of output, to act while it runs. */
  onText?: (text: string, child: ChildProcessWithoutNullStreams) => void;
  /** Standard input stays open until the end, for `onText` to write to. */
  typed?: boolean;
}

/** What a program needs to start at all. */
function bareEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}

function collect(file: string, argv: readonly string[], options: RunOptions): Promise<Ran> {
  const child = spawn(file, argv, {
    env: { ...bareEnvironment(), ...options.env },
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    ran.out += String(chunk);
    options.onText?.(String(chunk), child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    ran.err += String(chunk);
    options.onText?.(String(chunk), child);
  });
  // The command may end without reading its input.
  child.stdin.on('error', () => {});
  if (!options.typed) child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ran, code }));
  });
}

/** `millrace …argv`, with pipes: what a script or a program sees. */
export function millrace(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return collect(process.execPath, [bin, ...argv], options);
}

/** The same on a terminal of `columns`; `out` holds both outputs as they are painted. */
export async function onTerminal(
  argv: readonly string[],
  columns: number,
  options: RunOptions = {},
): Promise<Ran> {
  const quoted = [process.execPath, bin, ...argv].map(
    (part) => `'${part.replaceAll("'", `'\\''`)}'`,
  );
  const line = `stty cols ${columns}; exec ${quoted.join(' ')}`;
  const env = { TERM: 'xterm-256color', ...options.env };
  const ran = await collect('script', ['-qec', line, '/dev/null'], { ...options, env });
  return { ...ran, out: ran.out.replaceAll('\r\n', '\n') };
}
