// Installed dependency sets for builds: from the cache, or installed once however many wait for it.
// The disk side is in `package-folders.ts`, one install in `install.ts`.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Log, monotonicMs, sha256 } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { install, type InstallRequest } from './install.ts';
import { installFailure } from './install-failure.ts';
import { checkBunLock, type Lock, packageJson } from './lock.ts';
import { createPackageFolders, type PackageFolders } from './package-folders.ts';
import type { PackageImport } from './script-plugin.ts';

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

interface Shared {
  set: Promise<PackageSet>;
  abort: AbortController;
  waiting: number;
}

function keyOf({ dependencies, bunLock }: Lock): string {
  const machine = `${process.platform}-${process.arch}`;
  return sha256(`${machine}\n${packageJson(dependencies)}\n${bunLock}`);
}

/** Waits for `work`, or for the signal of this one waiter. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new AppError('canceled', 'The deploy was canceled.'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.finally(() => signal.removeEventListener('abort', stop)).then(resolve, reject);
  });
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

/** Two builds that want the same share one install, which stops when nobody waits any more. */
function createSharing(makeOne: (request: PackagesRequest) => Promise<PackageSet>) {
  const underWay = new Map<string, Shared>();

  function begin(name: string, request: PackagesRequest): Shared {
    const abort = new AbortController();
    const set = makeOne({ ...request, signal: abort.signal });
    const shared: Shared = { abort, waiting: 0, set };
    underWay.set(name, shared);
    const forget = (): void => {
      if (underWay.get(name) === shared) underWay.delete(name);
    };
    void set.then(forget, forget);
    return shared;
  }

  return async (name: string, request: PackagesRequest): Promise<PackageSet> => {
    const found = underWay.get(name);
    const shared = found && !found.abort.signal.aborted ? found : begin(name, request);
    shared.waiting += 1;
    try {
      return await untilAborted(shared.set, request.signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.abort.abort();
    }
  };
}

export function createPackages(deps: {
  /** See `openPackagesRoot`. */
  root: () => Promise<string>;
  sandbox: Sandbox;
  log: Log;
}): Packages {
  const folders = createPackageFolders(deps);
  const share = createSharing(async (request) => {
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
