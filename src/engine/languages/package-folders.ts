// The disk side of the package cache: `<dataFolder>/cache/packages/<key>`, one folder for each
// lock, complete or absent (it is renamed into place), never changed afterwards, removed when it
// has not been used for long. Several servers may share it.
import { cp, mkdir, mkdtemp, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, messageOf, newId, systemClock } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

const maxSets = 100;
/** A set that some build may be reading is not removed. */
const idleMs = 15 * 60_000;
/** What a killed server left half-made. */
const abandonedMs = 60 * 60_000;
const prefix = 'making-';

/** Below it are all sets of packages. */
export function packagesRootIn(dataFolder: string): string {
  return join(dataFolder, 'cache', 'packages');
}

export interface PackageFolders {
  /** An empty folder that the sandbox's account can work in; the caller removes what is left. */
  make(): Promise<string>;
  /** Moves a filled folder to its name and answers where it is, links resolved. */
  keep(made: string, key: string): Promise<string>;
  /** The folder of `key`, links resolved, and marks it as used; undefined when there is none. */
  find(key: string): Promise<string | undefined>;
  /** Removes the sets that were used least recently, and what killed servers left half-made. */
  prune(): Promise<void>;
}

async function usedAt(folder: string): Promise<number | undefined> {
  return stat(folder).then(
    (found) => found.mtimeMs,
    () => undefined,
  );
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function pruneFolder(root: string, log: Log): Promise<void> {
  const now = systemClock.now();
  const sets: { folder: string; at: number }[] = [];
  for (const name of await readdir(root)) {
    const folder = join(root, name);
    const at = (await usedAt(folder)) ?? now;
    if (!name.startsWith(prefix)) sets.push({ folder, at });
    else if (now - at > abandonedMs) await remove(folder);
  }
  const unused = sets.toSorted((left, right) => right.at - left.at).slice(maxSets);
  for (const { folder, at } of unused) {
    if (now - at < idleMs) continue;
    await remove(folder);
    log.info('removed packages that no build used lately', { folder });
  }
}

export function createPackageFolders(deps: {
  dataFolder: string;
  sandbox: Sandbox;
  log: Log;
}): PackageFolders {
  const { sandbox, log } = deps;
  const root = packagesRootIn(deps.dataFolder);
  const fresh = (): string => join(root, `${prefix}${newId()}`);

  return {
    async make() {
      await mkdir(root, { recursive: true });
      // Below the cache where the account can get there, so that nothing has to be copied.
      if (!sandbox.canReach(root)) return mkdtemp(join(tmpdir(), 'millrace-packages-'));
      const folder = fresh();
      await mkdir(folder);
      return folder;
    },
    async keep(made, key) {
      const target = join(root, key);
      let source = made;
      if (!made.startsWith(root)) {
        source = fresh();
        await cp(made, source, { recursive: true, verbatimSymlinks: true });
      }
      try {
        await rename(source, target);
      } catch (error) {
        // Another server may have been faster, which is as good.
        if ((await usedAt(target)) === undefined) throw error;
        await remove(source);
      }
      return realpath(target);
    },
    async find(key) {
      const folder = join(root, key);
      if ((await usedAt(folder)) === undefined) return undefined;
      const now = new Date(systemClock.now());
      await utimes(folder, now, now).catch(() => undefined);
      return realpath(folder);
    },
    async prune() {
      await pruneFolder(root, log).catch((error: unknown) => {
        log.warn('old packages were not removed', { error: messageOf(error) });
      });
    },
  };
}
