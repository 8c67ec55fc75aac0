// Finds the programs that run scripts (bun, node, deno, python, bash) and knows their command
// lines. Versions of npm packages come from their package.json: asking the program costs 15 ms.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../sandbox/index.ts';
import { lanesPerZygote, type RunLanguage, type Runtime, type SharedFolder } from './runner.ts';

export interface FoundRuntime {
  runtime: Runtime;
  version: string;
  file: string;
  /** Files and folders that the program needs besides the system's. */
  readOnly: string[];
  /** Harness file and, first in the list, everything before it on the command line. */
  argv(options: { memoryBytes: number; workFolder: string; shared?: string | undefined }): string[];
  env: Record<string, string>;
  /** Deno cannot use descriptor 3: its channel is standard input and output. */
  channelOnStandard: boolean;
  sharedFolder?: SharedFolder;
}

export interface MissingRuntime {
  runtime: Runtime;
  reason: string;
}

export type RuntimeProbe = FoundRuntime | MissingRuntime;

export interface MoreFolders {
  /** One more that it may read. */
  folder?: string | undefined;
  sharedFolder?: SharedFolder | undefined;
}

/** The same program with more folders. */
export function withFolders(runtime: FoundRuntime, more: MoreFolders): FoundRuntime {
  const { folder, sharedFolder } = more;
  return {
    ...runtime,
    ...(folder === undefined ? {} : { readOnly: [...runtime.readOnly, folder] }),
    ...(sharedFolder === undefined ? {} : { sharedFolder }),
  };
}

export const isFound = (probe: RuntimeProbe): probe is FoundRuntime => 'file' in probe;

export const runtimeOfLanguage: Record<RunLanguage, Runtime> = {
  bun: 'bun',
  deno: 'deno',
  nativets: 'bun',
  bunnative: 'bun',
  python3: 'python',
  bash: 'bash',
  php: 'bash',
  ruby: 'bash',
  go: 'bash',
  powershell: 'bash',
  // Their drivers are programs for Node.
  postgresql: 'node',
  mysql: 'node',
  graphql: 'node',
};

const platformName = `${process.platform}-${process.arch}`;

const packages: Record<'bun' | 'deno', Record<string, { name: string; binary: string }>> = {
  bun: {
    'linux-x64': { name: '@oven/bun-linux-x64', binary: 'bin/bun' },
    'linux-arm64': { name: '@oven/bun-linux-aarch64', binary: 'bin/bun' },
    'darwin-arm64': { name: '@oven/bun-darwin-aarch64', binary: 'bin/bun' },
  },
  deno: {
    'linux-x64': { name: '@deno/linux-x64-glibc', binary: 'deno' },
    'linux-arm64': { name: '@deno/linux-arm64-glibc', binary: 'deno' },
    'darwin-arm64': { name: '@deno/darwin-arm64', binary: 'deno' },
  },
};

const harnessFolder = fileURLToPath(new URL('./harness/', import.meta.url));
const harnessFiles = {
  javascript: ['javascript.mjs', 'platform.mjs', 'keeper.mjs', 'values.mjs', 'workflow.mjs'],
  python: [
    'python.py',
    'mcpgate_api.py',
    'wmill_api.py',
    'wmill_files.py',
    'wmill_functions.py',
    'wmill_workflow.py',
  ],
  bash: ['bash.sh'],
};

function findPackage(runtime: 'bun' | 'deno'): { file: string; version: string } | undefined {
  const entry = packages[runtime][platformName];
  if (entry === undefined) return undefined;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${entry.name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    const file = join(dirname(manifest), entry.binary);
    return existsSync(file) ? { file, version } : undefined;
  } catch {
    return undefined;
  }
}

/** Paths of the harness for an unprivileged reader; the first is the one to start. */
async function harness(sandbox: Sandbox, kind: keyof typeof harnessFiles): Promise<string[]> {
  const all: string[] = [];
  for (const name of harnessFiles[kind]) {
    all.push(await sandbox.reachable(join(harnessFolder, name)));
  }
  return all;
}

const missing = (runtime: Runtime, reason: string): MissingRuntime => ({ runtime, reason });

async function javascript(
  sandbox: Sandbox,
  runtime: 'bun' | 'deno' | 'node',
): Promise<RuntimeProbe> {
  const found =
    runtime === 'node'
      ? { file: process.execPath, version: process.versions.node }
      : findPackage(runtime);
  if (found === undefined) {
    const name = packages[runtime as 'bun' | 'deno'][platformName]?.name;
    const way = name === undefined ? 'there is none for this platform' : `run: npm install ${name}`;
    return missing(runtime, `the ${runtime} program is not installed; ${way}`);
  }
  const file = await sandbox.reachable(found.file);
  const files = await harness(sandbox, 'javascript');
  const start = files[0] ?? '';
  return {
    runtime,
    version: `${runtime} ${found.version}`,
    file,
    readOnly: [file, ...files],
    channelOnStandard: runtime === 'deno',
    ...javascriptCommand(runtime, file, start),
  };
}

function javascriptCommand(
  runtime: 'bun' | 'deno' | 'node',
  file: string,
  start: string,
): Pick<FoundRuntime, 'argv' | 'env'> {
  const heapMb = (bytes: number): number => Math.max(64, Math.round(bytes / 1_048_576));
  if (runtime === 'bun') {
    return {
      argv: () => [file, 'run', '--no-install', start],
      env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0', DO_NOT_TRACK: '1' },
    };
  }
  if (runtime === 'node') {
    return {
      argv: ({ memoryBytes }) => [file, `--max-old-space-size=${heapMb(memoryBytes)}`, start],
      env: {},
    };
  }
  return {
    argv: ({ memoryBytes, workFolder, shared }) => [
      ...[file, 'run', '--quiet', '--no-prompt', '--no-config', '--no-lock', '--no-npm'],
      ...['--no-remote', '--allow-net', '--allow-env', '--allow-sys'],
      ...['read', 'write'].map(
        (what) => `--allow-${what}=${[workFolder, shared ?? []].flat().join()}`,
      ),
      ...[`--v8-flags=--max-old-space-size=${heapMb(memoryBytes)}`, start],
    ],
    env: { DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  };
}

const pythonFacts = 'import sys; print(sys.version.split()[0], sys.executable, sys.base_prefix)';

function askPython(
  file: string,
): Promise<{ version: string; file: string; prefix: string } | undefined> {
  return new Promise((resolve) => {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin' };
    execFile(file, ['-I', '-c', pythonFacts], { env, timeout: 10_000 }, (error, out) => {
      const [version, executable, prefix] = error === null ? out.trim().split(' ') : [];
      const complete = version && executable && prefix;
      resolve(complete ? { version, file: executable, prefix } : undefined);
    });
  });
}

/** The first Python that scripts can reach; never a version manager's shim (100 ms a start). */
async function python(sandbox: Sandbox): Promise<RuntimeProbe> {
  const candidates = ['/usr/local/bin/python3', '/usr/bin/python3', '/opt/homebrew/bin/python3'];
  for (const candidate of candidates.filter((path) => existsSync(path))) {
    const found = await askPython(candidate);
    if (found === undefined || !sandbox.canReach(found.file)) continue;
    const files = await harness(sandbox, 'python');
    const system = found.prefix === '/usr' || found.prefix.startsWith('/usr/');
    return {
      runtime: 'python',
      version: `python ${found.version}`,
      file: found.file,
      readOnly: [...(system ? [] : [found.prefix]), ...files],
      channelOnStandard: false,
      argv: () => [found.file, '-I', '-B', files[0] ?? '', String(lanesPerZygote)],
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    };
  }
  return missing('python', 'no python3 in /usr/bin or /usr/local/bin; install python3');
}

async function bash(sandbox: Sandbox): Promise<RuntimeProbe> {
  const file = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find((path) =>
    existsSync(path),
  );
  if (file === undefined) return missing('bash', 'bash is not installed');
  const files = await harness(sandbox, 'bash');
  return {
    runtime: 'bash',
    version: 'bash',
    file,
    readOnly: files,
    channelOnStandard: false,
    argv: () => [file, '--norc', '--noprofile', files[0] ?? ''],
    env: {},
  };
}

/** Looks for every runtime at once. */
export function findRuntimes(sandbox: Sandbox): Promise<RuntimeProbe[]> {
  return Promise.all([
    javascript(sandbox, 'bun'),
    javascript(sandbox, 'node'),
    javascript(sandbox, 'deno'),
    python(sandbox),
    bash(sandbox),
  ]);
}
