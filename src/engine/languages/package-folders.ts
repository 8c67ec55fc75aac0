// The disk side of the package cache: `<root>/<key>`, one folder for each lock, complete or absent
// (it is renamed into place), never changed afterwards, removed when it has not been used for long.
// Several servers may share it.
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, messageOf, newId, sha256, systemClock } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';

const maxSets = 100;
/** A set that some build may be reading is not removed. */
const idleMs = 15 * 60_000;
/** What a killed server left half-made. */
const abandonedMs = 60 * 60_000;
const prefix = 'making-';
const setName = /^[0-9a-f]{64}$/;

const temporaryName = /^millrace-packages-[0-9a-f]{16}$/;
/** In a temporary root: the folder it stands for. */
const ownerName = '.stands-for';

/** Removes the temporary roots of data folders that are gone. */
async function sweepTemporaryRoots(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!temporaryName.test(name)) continue;
    const root = join(tmpdir(), name);
    const owner = await readFile(join(root, ownerName), 'utf8').catch(() => undefined);
    if (owner === undefined || (await usedAt(owner)) !== undefined) continue;
    // Somebody else's is not ours to remove; it fails, and stays.
    await remove(root).catch(() => undefined);
  }
}

/**
 * The folder of all sets: in the data folder, or, where the sandbox's account cannot get there (the
 * server is root and the folder is private), a folder of ours below the system's temporary one.
 */
export async function openPackagesRoot(dataFolder: string, sandbox: Sandbox): Promise<string> {
  const own = join(dataFolder, 'cache', 'packages');
  await mkdir(own, { recursive: true });
  if (sandbox.canReach(own)) return own;
  await sweepTemporaryRoots();
  const temporary = join(tmpdir(), `millrace-packages-${sha256(own).slice(0, 16)}`);
  await mkdir(temporary, { mode: 0o755 }).catch(() => undefined);
  const found = await lstat(temporary);
  // Anybody may have made a folder of that name there.
  const ours = found.isDirectory() && found.uid === process.getuid?.() && !(found.mode & 0o022);
  if (!ours || !sandbox.canReach(temporary)) return own;
  await writeFile(join(temporary, ownerName), own);
  return temporary;
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
    if (setName.test(name)) sets.push({ folder, at });
    else if (name.startsWith(prefix) && now - at > abandonedMs) await remove(folder);
  }
  const unused = sets.toSorted((left, right) => right.at - left.at).slice(maxSets);
  for (const { folder, at } of unused) {
    if (now - at < idleMs) continue;
    await remove(folder);
    log.info('removed packages that no build used lately', { folder });
  }
}

/** Renames, across file systems with a copy beside the target first: it appears whole or not. */
async function moveTo(source: string, target: string, copy: string): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    try {
      await cp(source, copy, { recursive: true, verbatimSymlinks: true });
      await rename(copy, target);
    } finally {
      await remove(copy);
    }
  }
}

export function createPackageFolders(deps: {
  root: () => Promise<string>;
  sandbox: Sandbox;
  log: Log;
}): PackageFolders {
  const { sandbox, log } = deps;
  const below = async (name: string): Promise<string> => join(await deps.root(), name);
  const fresh = (): Promise<string> => below(`${prefix}${newId()}`);

  return {
    async make() {
      // Without an account that can get to the cache, its own temporary folder has to do.
      if (!sandbox.canReach(await deps.root())) {
        return mkdtemp(join(tmpdir(), 'millrace-packages-'));
      }
      const folder = await fresh();
      await mkdir(folder, { recursive: true });
      return folder;
    },
    async keep(made, key) {
      const target = await below(key);
      try {
        await moveTo(made, target, await fresh());
      } catch (error) {
        // Another server may have been faster, which is as good.
        if ((await usedAt(target)) === undefined) throw error;
      }
      return realpath(target);
    },
    async find(key) {
      const folder = await below(key);
      if ((await usedAt(folder)) === undefined) return undefined;
      const now = new Date(systemClock.now());
      await utimes(folder, now, now).catch(() => undefined);
      return realpath(folder);
    },
    async prune() {
      await pruneFolder(await deps.root(), log).catch((error: unknown) => {
        log.warn('old packages were not removed', { error: messageOf(error) });
      });
    },
  };
}
