// Installed packages of Python scripts: one folder for each lock, from the cache, or installed once
// however many wait for it. The disk side is in `package-folders.ts`, one install in `pip.ts`.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, monotonicMs, sha256 } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { createPackageFolders } from './package-folders.ts';
import { pipInstall, type PipRequest } from './pip.ts';
import { pythonVersion } from './python-signature.ts';
import { createSharing } from './sharing.ts';

/** How long an answer of the index to a range of versions is taken for fresh, how many are. */
const freshMs = 5 * 60_000;
const maxFresh = 200;

export type PythonRequest = Omit<PipRequest, 'folder'>;

export interface PythonPackages {
  /**
   * `pins` is everything that is installed, as `name==version`; `folder` goes onto Python's path.
   * Throws AppError as `pipInstall` does.
   */
  provide(request: PythonRequest): Promise<{ pins: readonly string[]; folder: string }>;
}

export function createPythonPackages(deps: {
  /** See `openPackagesRoot`. */
  root: () => Promise<string>;
  sandbox: Sandbox;
  environment: Readonly<Record<string, string | undefined>>;
  log: Log;
}): PythonPackages {
  const folders = createPackageFolders(deps);
  const resolved = new Map<string, { pins: readonly string[]; at: number }>();

  async function keyOf(pins: readonly string[]): Promise<string> {
    const machine = `python ${await pythonVersion()} ${process.platform}-${process.arch}`;
    return sha256([machine, ...pins].join('\n'));
  }

  const share = createSharing(async (request: PythonRequest) => {
    const folder = await folders.make();
    try {
      const pins = await pipInstall(deps, { ...request, folder });
      const kept = await folders.keep(
        folder,
        await keyOf(request.locked ? request.requirements : pins),
      );
      await folders.prune();
      return { pins, folder: join(kept, 'site') };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  function known(name: string, { requirements, locked }: PythonRequest) {
    if (locked) return requirements;
    const found = resolved.get(name);
    return found && monotonicMs() - found.at <= freshMs ? found.pins : undefined;
  }

  function remember(name: string, pins: readonly string[]): void {
    resolved.delete(name);
    resolved.set(name, { pins, at: monotonicMs() });
    const [oldest] = resolved.keys();
    if (resolved.size > maxFresh && oldest !== undefined) resolved.delete(oldest);
  }

  return {
    async provide(request) {
      const name = `${request.locked}\n${request.requirements.join('\n')}`;
      const pins = known(name, request);
      const folder = pins && (await folders.find(await keyOf(pins)));
      if (pins && folder !== undefined) return { pins, folder: join(folder, 'site') };
      const made = await share(name, request);
      if (!request.locked) remember(name, made.pins);
      return made;
    },
  };
}
