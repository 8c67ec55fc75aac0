// Installed dependency sets for builds: from the cache, or installed once however many wait for it.
// The disk side is in `package-folders.ts`, one install in `install.ts`.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, monotonicMs, sha256 } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { install, type InstallRequest } from './install.ts';
import { installFailure } from './install-failure.ts';
import { checkBunLock, type Lock, packageJson } from './lock.ts';
import { createPackageFolders, type PackageFolders } from './package-folders.ts';
import type { PackageImport } from './script-plugin.ts';
import { createSharing } from './sharing.ts';

/** How long an answer of the registry to "latest" is taken for fresh, and how many are. */
const freshMs = 5 * 60_000;
const maxFresh = 200;

export type PackagesRequest = Omit<InstallRequest, 'folder'> & {
  imports: readonly PackageImport[];
};

export interface PackageSet extends Lock {
  /** Holds `node_modules`; absolute, links resolved. */
  folder: string;
}

export interface Packages {
  /** Throws AppError that names the import that fails. */
  provide(request: PackagesRequest): Promise<PackageSet>;
}

function keyOf({ dependencies, bunLock }: Lock): string {
  const machine = `${process.platform}-${process.arch}`;
  return sha256(`${machine}\n${packageJson(dependencies)}\n${bunLock}`);
}

/** Installs into a new folder, checks what came, and keeps it. */
async function makeSet(
  request: PackagesRequest,
  { folders, sandbox }: { folders: PackageFolders; sandbox: Sandbox },
): Promise<PackageSet> {
  const { dependencies, imports, registry } = request;
  const folder = await folders.make();
  try {
    const outcome = await install(sandbox, { ...request, folder });
    if (!outcome.ok) throw installFailure(outcome.output, imports);
    // Also without a lock: a package may depend on a folder of this machine or a git address.
    checkBunLock(outcome.bunLock, registry.origins);
    await rm(join(folder, 'node_modules', '.bin'), { recursive: true, force: true });
    const lock = { dependencies, bunLock: request.bunLock ?? outcome.bunLock };
    return { ...lock, folder: await folders.keep(folder, keyOf(lock)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function createPackages(deps: {
  /** See `openPackagesRoot`. */
  root: () => Promise<string>;
  sandbox: Sandbox;
  log: Log;
}): Packages {
  const folders = createPackageFolders(deps);
  const share = createSharing(async (request: PackagesRequest) => {
    const made = await makeSet(request, { folders, sandbox: deps.sandbox });
    await folders.prune();
    return made;
  });
  const resolved = new Map<string, { lock: Lock; at: number }>();

  function recentLock(name: string): Lock | undefined {
    const found = resolved.get(name);
    return found && monotonicMs() - found.at <= freshMs ? found.lock : undefined;
  }

  function remember(name: string, lock: Lock): void {
    resolved.delete(name);
    resolved.set(name, { lock, at: monotonicMs() });
    const [oldest] = resolved.keys();
    if (resolved.size > maxFresh && oldest !== undefined) resolved.delete(oldest);
  }

  return {
    async provide(request) {
      const { dependencies, bunLock } = request;
      const name = `${packageJson(dependencies)}\n${bunLock ?? ''}`;
      const lock = bunLock === null ? recentLock(name) : { dependencies, bunLock };
      const folder = lock && (await folders.find(keyOf(lock)));
      if (lock && folder !== undefined) return { ...lock, folder };
      const { folder: made, ...lockMade } = await share(name, request);
      if (bunLock === null) remember(name, lockMade);
      return { ...lockMade, folder: made };
    },
  };
}
