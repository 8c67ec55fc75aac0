// One run of the installer (the bun binary, without install scripts) in a folder of its own, inside
// the sandbox, with none of the server's environment. Fills the folder or throws; caches nothing.
import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/index.ts';
import type { Sandbox, WrappedCommand } from '../sandbox/index.ts';
import { packageJson } from './lock.ts';
import type { RegistrySettings } from './registry.ts';

const limitMs = 120_000;
const maxOutput = 200_000;

export interface InstallRequest {
  /** Empty, ours, and reachable for the sandbox's account. */
  folder: string;
  dependencies: Record<string, string>;
  /** Given: install exactly this. */
  bunLock: string | null;
  registry: RegistrySettings;
  signal: AbortSignal;
}

export type InstallOutcome = { ok: true; bunLock: string } | { ok: false; output: string };

/** The bun binary that came with our dependencies; its wrapper package needs an install script. */
function findBun(): string {
  const cpu = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const name = `@oven/bun-${process.platform}-${cpu}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), 'bin', 'bun');
  } catch (cause) {
    throw new AppError('unavailable', 'npm packages cannot be installed: bun is missing here.', {
      hint: `Run npm install where the server is, with optional dependencies (${name}).`,
      cause,
    });
  }
}

function canceled(): AppError {
  return new AppError('canceled', 'The deploy was canceled while its packages were installed.');
}

interface Ended {
  status: number | null;
  output: string;
  timedOut: boolean;
}

/** Runs to the end; kills the whole group on abort and after two minutes. */
function run(command: WrappedCommand, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
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
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-maxOutput);
      });
    }
    const settle = (): void => {
      clearTimeout(limit);
      signal.removeEventListener('abort', kill);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (status) => {
      settle();
      resolve({ status, output, timedOut });
    });
  });
}

async function commandOf(sandbox: Sandbox, request: InstallRequest): Promise<WrappedCommand> {
  const { folder, registry } = request;
  const bun = await sandbox.reachable(findBun());
  const certificates =
    registry.certificates === null
      ? null
      : await sandbox.reachable(registry.certificates).catch(() => null);
  return sandbox.wrap({
    argv: [
      bun,
      'install',
      '--ignore-scripts',
      '--no-progress',
      '--linker=hoisted',
      '--save-text-lockfile',
      '--cache-dir=./.cache',
      ...(request.bunLock === null ? [] : ['--frozen-lockfile']),
    ],
    readOnly: [bun, ...(certificates === null ? [] : [certificates])],
    writable: [],
    workFolder: folder,
    env: {
      HOME: folder,
      TMPDIR: folder,
      PATH: '/usr/bin:/bin',
      NO_COLOR: '1',
      DO_NOT_TRACK: '1',
      ...(certificates === null ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
      ...registry.proxy,
    },
    network: true,
  });
}

/** Fills `folder` with node_modules; throws `canceled`, `timeout`, `unavailable`. */
export async function install(sandbox: Sandbox, request: InstallRequest): Promise<InstallOutcome> {
  const { folder, dependencies, bunLock, registry, signal } = request;
  if (signal.aborted) throw canceled();
  await writeFile(join(folder, 'package.json'), packageJson(dependencies));
  if (bunLock !== null) await writeFile(join(folder, 'bun.lock'), bunLock);
  const npmrc = join(folder, '.npmrc');
  if (registry.npmrc !== '') await writeFile(npmrc, registry.npmrc, { mode: 0o600 });
  try {
    const ended = await run(await commandOf(sandbox, request), signal);
    if (signal.aborted) throw canceled();
    if (ended.timedOut) {
      throw new AppError('timeout', 'Installing the packages took more than two minutes.', {
        hint: 'Check the network of the server, or import fewer and smaller packages.',
      });
    }
    if (ended.status !== 0) return { ok: false, output: ended.output };
    return { ok: true, bunLock: await readFile(join(folder, 'bun.lock'), 'utf8') };
  } finally {
    for (const name of ['.npmrc', '.cache', '.bun']) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
