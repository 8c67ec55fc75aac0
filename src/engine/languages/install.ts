// One run of the installer (the bun binary, without install scripts) in a folder of its own, inside
// the sandbox, with none of the server's environment. Fills the folder or throws; caches nothing.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/index.ts';
import type { Sandbox, WrappedCommand } from '../sandbox/index.ts';
import { packageJson } from './lock.ts';
import { runInstaller } from './installer.ts';
import type { RegistrySettings } from './registry.ts';

export interface InstallRequest {
  /** Empty, ours, and reachable for the sandbox's account. */
  folder: string;
  dependencies: Record<string, string>;
  /** Given: install exactly this. */
  bunLock: string | null;
  registry: RegistrySettings;
  signal: AbortSignal;
  onOutput?: (text: string) => void;
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
  const { folder, dependencies, bunLock, registry, signal, onOutput } = request;
  await writeFile(join(folder, 'package.json'), packageJson(dependencies));
  if (bunLock !== null) await writeFile(join(folder, 'bun.lock'), bunLock);
  const npmrc = join(folder, '.npmrc');
  if (registry.npmrc !== '') await writeFile(npmrc, registry.npmrc, { mode: 0o600 });
  try {
    const command = await commandOf(sandbox, request);
    const ended = await runInstaller(command, { signal, ...(onOutput ? { onOutput } : {}) });
    if (ended.status !== 0) return { ok: false, output: ended.output };
    return { ok: true, bunLock: await readFile(join(folder, 'bun.lock'), 'utf8') };
  } finally {
    for (const name of ['.npmrc', '.cache', '.bun']) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
