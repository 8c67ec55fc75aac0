// Published packages that are tools of tests only, so they are in no list of dependencies: npm
// installs the exact version when a test first asks. Never shipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

export interface NpmPackage {
  name: string;
  version: string;
  /** What npm must have put there. */
  integrity: string;
}

/** The bytes of the package as it was published, for taking single files out of a large one. */
export function packedPackage({ name, version, integrity }: NpmPackage): string {
  const place = join(cache, `${name.replace('/', '+')}-${version}.tgz`);
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'packing-'));
  try {
    const args = ['pack', '--json', '--pack-destination', folder, `${name}@${version}`];
    const done = spawnSync('npm', args, { encoding: 'utf8', cwd: folder });
    if (done.status !== 0) throw new Error(`npm cannot fetch ${name}: ${done.stderr}`);
    const [packed] = JSON.parse(done.stdout);
    if (packed.integrity !== integrity) throw new Error(`${name} ${version} is not the known one`);
    if (!existsSync(place)) renameSync(join(folder, packed.filename), place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return place;
}

/**
 * Answers the folder of the package. Installs next to the place and renames, because test files
 * run at the same time.
 */
export function installedPackage({ name, version, integrity }: NpmPackage): string {
  const home = join(cache, `${name.replace('/', '+')}-${version}`);
  const place = join(home, 'node_modules', name);
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'installing-'));
  try {
    const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
    const args = ['install', ...flags, '--prefix', folder, `${name}@${version}`];
    const done = spawnSync('npm', args, { encoding: 'utf8', cwd: folder });
    if (done.status !== 0) throw new Error(`npm cannot install ${name}: ${done.stderr}`);
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    const found = lock.packages[`node_modules/${name}`].integrity;
    if (found !== integrity) throw new Error(`${name} ${version} is not the known one`);
    if (!existsSync(home)) renameSync(folder, home);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return place;
}
