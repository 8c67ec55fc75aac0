// The trial run of a full-code app: its bundle runs once, in a child in the sandbox, before a page
// of a few hundred lines that draws nothing. Looked for is whether it puts anything there.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../base/index.ts';
import type { Sandbox, WrappedCommand } from '../sandbox/index.ts';

export interface Trial {
  /** Something stands in `#root`, or in the body. */
  mounted: boolean;
  /** It looked for `#root`. */
  asked: boolean;
  /** It called a server, so that more may follow when the answer comes. */
  waits: boolean;
  ending: 'mounted' | 'idle' | 'busy';
  errors: string[];
}

/** The run itself ends after three seconds; this is for one that never gives way. */
const limitMs = 8_000;
const memoryMb = 384;
const maxOutput = 100_000;

const folder = fileURLToPath(new URL('./trial/', import.meta.url));
/** The first is the one to start. */
const programs = [
  'trial.mjs',
  'document.mjs',
  'elements.mjs',
  'nodes.mjs',
  'html.mjs',
  'selectors.mjs',
];

async function commandOf(sandbox: Sandbox): Promise<WrappedCommand> {
  const node = await sandbox.reachable(process.execPath);
  const files = await Promise.all(programs.map((name) => sandbox.reachable(folder + name)));
  const [start = ''] = files;
  return sandbox.wrap({
    argv: [node, `--max-old-space-size=${memoryMb}`, '--no-warnings', start],
    readOnly: [node, ...files],
    writable: [],
    env: { PATH: '/usr/bin:/bin' },
    network: false,
  });
}

function read(output: string): Trial | undefined {
  try {
    return JSON.parse(output) as Trial;
  } catch {
    return undefined;
  }
}

/** Throws `canceled`, or `unprocessable` when the run did not come to an end. */
export async function tryApp(sandbox: Sandbox, js: string, signal: AbortSignal): Promise<Trial> {
  const { file, argv, env, cwd } = await commandOf(sandbox);
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(file, argv, {
      env,
      cwd,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    let text = '';
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.length > maxOutput) kill();
    });
    // It may end before it has read everything, which is no error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(js);
    child.on('error', reject);
    child.on('close', () => {
      signal.removeEventListener('abort', kill);
      resolve(text);
    });
  });
  if (signal.aborted) throw new AppError('canceled', 'The deploy was canceled.');
  const trial = read(output);
  if (trial) return trial;
  const rule = 'its code keeps the processor busy for 8 s, or uses more than 384 MB of memory';
  throw new AppError('unprocessable', `The trial run of the app did not end: ${rule}.`);
}
