// Bundling with npm packages, in a child process of its own inside the sandbox: a package may hold
// anything, also what crashes esbuild, or patterns that would have it read the whole disk. The
// child sees the installed packages and our own code, both read-only, and no network.
import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../base/index.ts';
import type { Sandbox, WrappedCommand } from '../sandbox/index.ts';
import type { AppBundled, AppBundleRequest } from './app-bundle.ts';
import { createTaskProcess } from './task-process.ts';

const limitMs = 60_000;

export interface BundlerTask {
  path: string;
  /** What esbuild may see of each script that is reached, by path. */
  sources: ReadonlyMap<string, string>;
  packagesFolder: string;
  /** Lines that will stand before the first of the bundle. */
  headLines: number;
}

export interface PackagedBundle {
  /** The function's body with its source map; see `functionBody` and `scriptMapComment`. */
  code: string;
  warnings: string[];
}

export type AppTask = Omit<AppBundleRequest, 'signal'>;

export interface Bundler {
  /** Throws `unprocessable` naming the package that fails, `timeout`, `canceled`. */
  run(task: BundlerTask, signal: AbortSignal): Promise<PackagedBundle>;
  /** The same for a full-code app. */
  app(task: AppTask, signal: AbortSignal): Promise<AppBundled>;
  stop(): void;
}

function died(why: 'crash' | 'timeout'): AppError {
  return why === 'timeout'
    ? new AppError('timeout', 'Bundling took more than a minute.', {
        hint: 'Import fewer or smaller packages, or only the parts of them that are used.',
      })
    : new AppError('unprocessable', 'The bundler crashed on this code or its packages.', {
        hint: 'A package may be broken or hostile; leave them out one by one.',
      });
}

/** Our own code and what it imports. */
function codeFolders(): string[] {
  const require = createRequire(import.meta.url);
  const modules = ['esbuild', 'oxc-parser'].map((name) =>
    dirname(dirname(require.resolve(`${name}/package.json`))),
  );
  const source = join(import.meta.dirname, '..', '..');
  return [...new Set([source, join(source, '..', 'package.json'), ...modules])];
}

async function commandOf(sandbox: Sandbox, packagesRoot: string): Promise<WrappedCommand> {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  const program = join(import.meta.dirname, `bundler-child.${extension}`);
  const env = { PATH: '/usr/bin:/bin', GOTRACEBACK: 'none' };
  const readOnly = [...codeFolders(), packagesRoot];
  // A clone below a home that only root enters: the child is a process of its own all the same.
  if (!readOnly.every((path) => sandbox.canReach(path))) {
    return { file: process.execPath, argv: [program], env, cwd: '/' };
  }
  const node = await sandbox.reachable(process.execPath);
  return sandbox.wrap({
    argv: [node, program],
    readOnly: [node, ...readOnly],
    writable: [],
    env,
    network: false,
  });
}

/** `root` answers the folder below which all sets of packages are. */
export function createBundler(deps: { sandbox: Sandbox; root: () => Promise<string> }): Bundler {
  // The child sees the folder as it was mounted, also after somebody removed and made it anew.
  let mounted: number | undefined;
  const folderNow = async (): Promise<number | undefined> =>
    stat(await deps.root()).then(
      (found) => found.ino,
      () => undefined,
    );

  async function start(): Promise<ChildProcess> {
    mounted = await folderNow();
    const { file, argv, env, cwd } = await commandOf(deps.sandbox, await deps.root());
    // What esbuild writes when it crashes is pages long and for nobody.
    const child = spawn(file, argv, {
      env,
      cwd,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.unref();
    return child;
  }
  const isStale = async (): Promise<boolean> => (await folderNow()) !== mounted;
  const child = createTaskProcess<BundlerTask | AppTask, PackagedBundle | AppBundled>({
    start,
    isStale,
    limitMs,
    died,
  });
  return {
    run: (task, signal) => child.run(task, signal) as Promise<PackagedBundle>,
    app: (task, signal) => child.run(task, signal) as Promise<AppBundled>,
    stop: child.stop,
  };
}
