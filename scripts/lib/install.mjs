// Installs what package-lock.json names, when it is not there yet. Plain JavaScript for Node 20;
// the usual case, "all is there", costs a few file system look-ups.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode24, isRecent } from './node24.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lockFile = join(root, 'package-lock.json');
/** npm writes it at the end of every installation: what stands in node_modules. */
const installedFile = join(root, 'node_modules', '.package-lock.json');

const prepareScript = fileURLToPath(new URL('prepare.mjs', import.meta.url));

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const timeOf = (path) => (existsSync(path) ? statSync(path).mtimeMs : -Infinity);

/** Is every package of the lock file there in its version? Optional ones depend on the platform. */
function holdsAll({ dev }) {
  const installed = read(installedFile).packages;
  return Object.entries(read(lockFile).packages)
    .filter(([path, entry]) => path !== '' && !entry.optional && !entry.link)
    .filter(([, entry]) => dev || (!entry.dev && !entry.devOptional))
    .every(([path, entry]) => installed[path]?.version === entry.version);
}

function hasDevelopment() {
  const names = Object.keys(read(join(root, 'package.json')).devDependencies ?? {});
  return names.every((name) => existsSync(join(root, 'node_modules', name)));
}

/** @param {{ dev: boolean }} wanted `dev`: also what only tests and checks need */
function isInstalled({ dev }) {
  if (!existsSync(installedFile)) return false;
  if (!isRecent() && !findNode24()) return false;
  if (dev && !hasDevelopment()) return false;
  if (timeOf(installedFile) >= timeOf(lockFile)) return true;
  if (!holdsAll({ dev })) return false;
  try {
    // A checkout touched the lock file without changing it: remember that.
    utimesSync(installedFile, new Date(), new Date());
  } catch {
    // A read-only installation is looked through again next time.
  }
  return true;
}

/** The npm that runs this script, or the one of the system. */
function npm(args) {
  const own = process.env.npm_execpath;
  const [file, first] = own && /\.c?js$/.test(own) ? [process.execPath, [own]] : ['npm', []];
  return spawnSync(file, [...first, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
}

/**
 * Installs what is missing and says so in one line; ends the process with npm's last words when
 * that fails. Install scripts never run.
 * @param {{ dev: boolean }} wanted
 */
export function ensureInstalled({ dev }) {
  if (isInstalled({ dev })) return;
  const started = performance.now();
  process.stderr.write('Installing what Millrace needs … ');
  // Nobody loses development tools by a start: what was installed before stays.
  const all = dev || (existsSync(installedFile) && hasDevelopment());
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error, stderr } = npm(['ci', ...flags, ...(all ? [] : ['--omit=dev'])]);
  if (status !== 0) {
    const said = (stderr || error?.message || '').trim().split('\n').slice(-5).join('\n');
    process.stderr.write(`failed.\n${said}\nSee to it, then run the same command again.\n`);
    process.exit(1);
  }
  const program = isRecent() ? process.execPath : findNode24();
  // Without it the first start only takes longer.
  if (program) spawnSync(program, [prepareScript], { stdio: 'ignore', timeout: 60_000 });
  process.stderr.write(`done in ${Math.round((performance.now() - started) / 1000)} s\n`);
  if (program) return;
  console.error(`npm offers no Node 24 for ${process.platform}-${process.arch}: install Node 24.`);
  process.exit(1);
}
