// Installed dependency sets, cached under `<dataFolder>/cache/packages/<hash>`: one folder for each
// lock, complete or absent (it is renamed into place), never changed afterwards, removed when it has
// not been used for long. Several servers may share the folder.
import { cp, mkdir, mkdtemp, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AppError,
  type Log,
  messageOf,
  monotonicMs,
  newId,
  sha256,
  systemClock,
} from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { PackageImport } from './bundle.ts';
import { install, type InstallOutcome } from './install.ts';
import { installFailure } from './install-failure.ts';
import { checkBunLock, type Lock, packageJson } from './lock.ts';
import type { RegistrySettings } from './registry.ts';

/** What is kept: sets, and how long an answer of the registry to "latest" is taken for fresh. */
const maxSets = 100;
const freshMs = 5 * 60_000;
/** A set that some build may be reading is not removed. */
const idleMs = 15 * 60_000;
/** What a killed server left half-made. */
const abandonedMs = 60 * 60_000;

export interface PackagesRequest {
  dependencies: Record<string, string>;
  /** Given: install exactly this. */
  bunLock: string | null;
  imports: readonly PackageImport[];
  registry: RegistrySettings;
  signal: AbortSignal;
}

export interface PackageSet extends Lock {
  /** Holds `node_modules`; absolute, links resolved. */
  folder: string;
}

export interface Packages {
  /** Throws AppError that names the import that fails. */
  provide(request: PackagesRequest): Promise<PackageSet>;
}

interface Deps {
  dataFolder: string;
  sandbox: Sandbox;
  log: Log;
}

interface Shared {
  set: Promise<PackageSet>;
  abort: AbortController;
  waiting: number;
}

function keyOf(dependencies: Record<string, string>, bunLock: string): string {
  const machine = `${process.platform}-${process.arch}`;
  return sha256(`${machine}\n${packageJson(dependencies)}\n${bunLock}`);
}

async function exists(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
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

export function createPackages({ dataFolder, sandbox, log }: Deps): Packages {
  const root = join(dataFolder, 'cache', 'packages');
  const underWay = new Map<string, Shared>();
  const resolved = new Map<string, { lock: Lock; at: number }>();

  async function touch(folder: string): Promise<void> {
    const now = new Date(systemClock.now());
    await utimes(folder, now, now).catch(() => undefined);
  }

  /** Removes the sets that were used least recently, and what killed servers left half-made. */
  async function prune(): Promise<void> {
    const now = systemClock.now();
    const sets: { folder: string; usedAt: number }[] = [];
    for (const name of await readdir(root)) {
      const folder = join(root, name);
      const usedAt = await stat(folder).then(
        (found) => found.mtimeMs,
        () => now,
      );
      if (!name.startsWith('making-')) sets.push({ folder, usedAt });
      else if (now - usedAt > abandonedMs) await rm(folder, { recursive: true, force: true });
    }
    sets.sort((left, right) => right.usedAt - left.usedAt);
    for (const { folder, usedAt } of sets.slice(maxSets)) {
      if (now - usedAt < idleMs) continue;
      await rm(folder, { recursive: true, force: true });
      log.info('removed packages that no build used lately', { folder });
    }
  }

  /** A folder that the sandbox's account can work in: below the cache where it can get there. */
  async function newFolder(): Promise<string> {
    await mkdir(root, { recursive: true });
    if (!sandbox.canReach(root)) return mkdtemp(join(tmpdir(), 'millrace-packages-'));
    const folder = join(root, `making-${newId()}`);
    await mkdir(folder);
    return folder;
  }

  /** Moves a filled folder to its name; another server may have been faster, which is as good. */
  async function keep(made: string, key: string): Promise<string> {
    const target = join(root, key);
    let source = made;
    if (!made.startsWith(root)) {
      source = join(root, `making-${newId()}`);
      await cp(made, source, { recursive: true, verbatimSymlinks: true });
    }
    try {
      await rename(source, target);
    } catch (error) {
      if (!(await exists(target))) throw error;
      await rm(source, { recursive: true, force: true });
    }
    return target;
  }

  async function make(request: PackagesRequest, signal: AbortSignal): Promise<PackageSet> {
    const { dependencies, imports, registry } = request;
    const folder = await newFolder();
    try {
      const outcome: InstallOutcome = await install(sandbox, { ...request, folder, signal });
      if (!outcome.ok) throw installFailure(outcome.output, imports);
      // Also without a lock: a package may depend on a folder of this machine or a git address.
      checkBunLock(outcome.bunLock, registry.origins);
      await rm(join(folder, 'node_modules', '.bin'), { recursive: true, force: true });
      const bunLock = request.bunLock ?? outcome.bunLock;
      const kept = await keep(folder, keyOf(dependencies, bunLock));
      await prune().catch((error: unknown) => {
        log.warn('old packages were not removed', { error: messageOf(error) });
      });
      return { dependencies, bunLock, folder: await realpath(kept) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Two builds that want the same share one install, which stops when nobody waits any more. */
  async function share(name: string, request: PackagesRequest): Promise<PackageSet> {
    let shared = underWay.get(name);
    if (!shared || shared.abort.signal.aborted) {
      const abort = new AbortController();
      const made = { abort, waiting: 0, set: make(request, abort.signal) };
      underWay.set(name, made);
      const forget = (): void => {
        if (underWay.get(name) === made) underWay.delete(name);
      };
      void made.set.then(forget, forget);
      shared = made;
    }
    shared.waiting += 1;
    try {
      return await untilAborted(shared.set, request.signal);
    } finally {
      shared.waiting -= 1;
      if (shared.waiting === 0) shared.abort.abort();
    }
  }

  async function cached(lock: Lock): Promise<PackageSet | undefined> {
    const folder = join(root, keyOf(lock.dependencies, lock.bunLock));
    if (!(await exists(folder))) return undefined;
    await touch(folder);
    return { ...lock, folder: await realpath(folder) };
  }

  function recentLock(name: string): Lock | undefined {
    const found = resolved.get(name);
    if (!found || monotonicMs() - found.at > freshMs) return undefined;
    return found.lock;
  }

  return {
    async provide(request) {
      const { dependencies, bunLock } = request;
      const name = `${packageJson(dependencies)}\n${bunLock ?? ''}`;
      const lock = bunLock === null ? recentLock(name) : { dependencies, bunLock };
      const known = lock && (await cached(lock));
      if (known) return known;
      const made = await share(name, request);
      if (bunLock === null) {
        resolved.delete(name);
        resolved.set(name, { lock: made, at: monotonicMs() });
        if (resolved.size > maxSets) resolved.delete([...resolved.keys()][0] ?? '');
      }
      return made;
    },
  };
}
