// Makes files readable for an unprivileged account when the server is root: a clone below a home
// of mode 0700 is not, so binaries and harnesses are copied to a folder that is.
import { createHash } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeTemporaryFolder, type TemporaryFolder } from './temporary.ts';

/** Whether everybody may enter all folders above `path` and read (a folder: list) it. */
export function everybodyReads(path: string): boolean {
  try {
    const self = statSync(path);
    if ((self.mode & 0o004) === 0 || (self.isDirectory() && (self.mode & 0o001) === 0)) {
      return false;
    }
    return everybodyPasses(path);
  } catch {
    return false;
  }
}

/** Whether everybody may pass through all folders above `path`. */
export function everybodyPasses(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

export interface Reach {
  of(path: string): Promise<string>;
  close(): Promise<void>;
}

async function copyTo(path: string, target: string): Promise<void> {
  // A hard link costs nothing where the file system is the same.
  await link(path, target).catch(() => copyFile(path, target, constants.COPYFILE_FICLONE));
  const { mode } = await stat(target);
  if ((mode & 0o004) === 0) {
    // A link shares its mode with the original, which stays as it is.
    await rm(target);
    await copyFile(path, target, constants.COPYFILE_FICLONE);
    await chmod(target, 0o755);
  }
}

/** Copies of single files, made once each, all removed by `close`. */
export function createReach(): Reach {
  let folder: Promise<TemporaryFolder> | undefined;
  const copies = new Map<string, Promise<string>>();

  async function copy(path: string): Promise<string> {
    folder ??= makeTemporaryFolder('shared', { listed: true });
    // Files of one folder stay together: a harness imports its neighbours.
    const name = createHash('sha256').update(dirname(path)).digest('hex').slice(0, 12);
    const parent = join((await folder).path, name);
    await mkdir(parent, { recursive: true, mode: 0o755 });
    const target = join(parent, basename(path));
    await copyTo(path, target);
    return target;
  }

  return {
    of(path) {
      if (everybodyReads(path)) return Promise.resolve(path);
      const known = copies.get(path) ?? copy(path);
      copies.set(path, known);
      return known;
    },
    async close() {
      await (await folder)?.close();
      folder = undefined;
      copies.clear();
    },
  };
}
