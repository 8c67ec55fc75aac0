// Folders that several runs share, one after the other or at a time: made for the first of them in
// the parent of all work folders, under a name that nobody can guess.
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '../../base/index.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { SharedFolder } from './runner.ts';

export interface SharedPlaces {
  /** Where the folder is; made when it is not there yet. */
  of(shared: string): Promise<SharedFolder>;
  /** The folder, when there is one, which is nobody's from now on. */
  take(shared: string): Promise<SharedFolder | undefined>;
  /** Its processes are gone before: what they could do with links is over. */
  remove(folder: SharedFolder): Promise<void>;
}

export function createSharedPlaces(parent: string, sandbox: Sandbox): SharedPlaces {
  const folders = new Map<string, Promise<SharedFolder>>();

  async function make(): Promise<SharedFolder> {
    const path = join(parent, `shared-${newSecret(16)}`);
    await mkdir(path, { mode: 0o700 });
    // Without bubblewrap an account ends with each process, and all it has: they cannot share one.
    if (sandbox.kind === 'uid') await chmod(path, 0o777);
    const account = sandbox.kind === 'bwrap' ? sandbox.newAccount() : null;
    if (account !== null) await chown(path, account, account);
    return { path, account };
  }

  return {
    of(shared) {
      const known = folders.get(shared) ?? make();
      folders.set(shared, known);
      return known;
    },
    async take(shared) {
      const folder = await folders.get(shared);
      folders.delete(shared);
      return folder;
    },
    async remove({ path, account }) {
      await rm(path, { recursive: true, force: true });
      if (account !== null) sandbox.releaseAccount(account);
    },
  };
}
