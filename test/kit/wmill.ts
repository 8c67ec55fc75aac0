// Windmill's own command line, the published package, as a program of its own.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folders.ts';
import { installedPackage } from './npm-package.ts';

const integrity =
  'sha512-/sxOQRPWjBxuoVBKutLxy1ZX/EYifgyVahLbzNsf2xWR5IJJ3qim9p/Y5jJL3caai1PbmeY/LLQrjK6JAr3Nig==';

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
  const home = installedPackage({ name: 'windmill-cli', version: '1.819.0', integrity });
  const entry = join(home, 'esm', 'main.js');
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
