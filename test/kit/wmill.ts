// Windmill's own command line, the published package, as a program of its own: it is a test tool
// only, so it is in no list of dependencies, and npm installs the exact version when a test first
// asks. Never shipped, never imported.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './folders.ts';

const version = '1.819.0';
/** What npm must have put there. */
const integrity =
  'sha512-/sxOQRPWjBxuoVBKutLxy1ZX/EYifgyVahLbzNsf2xWR5IJJ3qim9p/Y5jJL3caai1PbmeY/LLQrjK6JAr3Nig==';

const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
const home = join(cache, `windmill-cli-${version}`);
const entry = join(home, 'node_modules', 'windmill-cli', 'esm', 'main.js');

/** Installs next to the place and renames, because test files run at the same time. */
function install(): void {
  if (existsSync(entry)) return;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'installing-'));
  try {
    const flags = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'];
    const args = ['install', ...flags, '--prefix', folder, `windmill-cli@${version}`];
    const done = spawnSync('npm', args, { encoding: 'utf8', cwd: folder });
    if (done.status !== 0) throw new Error(`npm cannot install windmill-cli: ${done.stderr}`);
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    const found = lock.packages['node_modules/windmill-cli'].integrity;
    if (found !== integrity) throw new Error(`windmill-cli ${version} is not the known one`);
    if (!existsSync(entry)) renameSync(folder, home);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Ended {
  code: number;
  /** What it printed, both streams, without colours. */
  out: string;
}

export interface Wmill {
  /** Where it works. */
  folder: string;
  /** Runs one command; `folder` is another place to work in. */
  run(args: readonly string[], folder?: string): Promise<Ended>;
  remove(): void;
}

/** A command line with a home of its own. */
export function openWmill(): Wmill {
  install();
  const { path, remove } = temporaryFolder();
  const folder = join(path, 'work');
  mkdirSync(folder);
  return {
    folder,
    run: (args, cwd = folder) =>
      new Promise((resolve, reject) => {
        const env = { PATH: process.env['PATH'], HOME: path, NO_COLOR: '1', CI: 'true' };
        const options = { cwd, env, timeout: 120_000, maxBuffer: 50e6 };
        execFile(process.execPath, [entry, ...args], options, (error, stdout, stderr) => {
          if (error && typeof error.code !== 'number') return reject(error);
          // oxlint-disable-next-line no-control-regex -- colours are control characters
          const out = `${stdout}${stderr}`.replace(/\u001b\[[0-9;]*m/g, '');
          return resolve({ code: typeof error?.code === 'number' ? error.code : 0, out });
        }).stdin?.end();
      }),
    remove,
  };
}
