// One run of pip in a folder of its own, inside the sandbox, with none of the server's environment
// but what pip's own configuration says about indexes. Fills the folder or throws; caches nothing.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, type ErrorCode } from '../../base/index.ts';
import type { Sandbox, WrappedCommand } from '../sandbox/index.ts';
import { runInstaller } from './installer.ts';
import { type Interpreter, interpreter } from './python-signature.ts';

export interface PipRequest {
  /** Empty, ours, and reachable for the sandbox's account. */
  folder: string;
  requirements: readonly string[];
  /** The requirements are a whole lock: nothing else is installed. */
  locked: boolean;
  signal: AbortSignal;
  onOutput?: (text: string) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Pair = [key: string, value: string];

export interface PipDeps {
  sandbox: Sandbox;
  /** PIP_* and proxy variables, as far as the composition root passes them on. */
  environment: Environment;
}

/** What of pip's configuration is about where packages come from. */
const settings = new Set([
  'index-url',
  'extra-index-url',
  'find-links',
  'no-index',
  'trusted-host',
  'cert',
  'client-cert',
  'proxy',
  'timeout',
  'retries',
]);

/** A value as Python prints it, on one line. */
function readText(printed: string): string {
  return printed
    .slice(1, -1)
    .replaceAll(String.raw`\n`, ' ')
    .replaceAll(/\\(.)/g, '$1')
    .trim();
}

/** `pip config list`, outside of the sandbox, where its files are; variables win over files. */
function configuration(python: Interpreter, environment: Environment): Promise<Pair[]> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: homedir(), ...environment };
  return new Promise((resolve, reject) => {
    const argv = ['-I', '-m', 'pip', 'config', 'list'];
    execFile(python.file, argv, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error) {
        reject(missing(stderr || error.message));
        return;
      }
      const found = stdout.split('\n').flatMap((line): [string, string, string][] => {
        const [, from = '', key = '', printed] =
          /^([\w:]+)\.([\w-]+)=((?:'.*')|(?:".*"))$/.exec(line) ?? [];
        return printed === undefined || !settings.has(key) ? [] : [[from, key, readText(printed)]];
      });
      const files = found.filter(([from]) => from !== ':env:');
      const variables = found.filter(([from]) => from === ':env:');
      resolve([...files, ...variables].map(([, key, value]) => [key, value]));
    });
  });
}

/** Folders and files that the configuration names: wheels, indexes, certificates. */
function pathsIn(pairs: readonly Pair[]): string[] {
  const words = pairs.flatMap(([, value]) => value.split(/\s+/));
  return words.flatMap((word) => {
    const path = word.startsWith('file:///') ? fileURLToPath(word) : word;
    return path.startsWith('/') && existsSync(path) ? [path] : [];
  });
}

function missing(said: string): AppError {
  const none = /No module named pip/.test(said);
  return new AppError(
    'unavailable',
    none
      ? 'Python packages cannot be installed: there is no pip on this machine.'
      : `Python packages cannot be installed: pip fails (${said.trim().slice(-200)}).`,
    { hint: 'Install it where the server and its workers run: apt-get install python3-pip' },
  );
}

const wheel = /^(.+?)-([^-]+)\.dist-info$/;

/** What was installed, as `name==version`, sorted. */
async function pinsIn(site: string): Promise<string[]> {
  const pins: string[] = [];
  for (const folder of await readdir(site)) {
    const [, name, version] = wheel.exec(folder) ?? [];
    if (name === undefined) continue;
    const metadata = await readFile(join(site, folder, 'METADATA'), 'utf8').catch(() => '');
    const published = /^Name: *(\S+)\r?$/m.exec(metadata)?.[1] ?? name;
    pins.push(`${published}==${/^Version: *(\S+)\r?$/m.exec(metadata)?.[1] ?? version}`);
  }
  return pins.toSorted((left, right) => (left.toLowerCase() < right.toLowerCase() ? -1 : 1));
}

async function commandOf(
  { sandbox, environment }: PipDeps,
  { folder, locked }: PipRequest,
): Promise<WrappedCommand> {
  const python = await interpreter();
  const pairs = await configuration(python, environment);
  const variables = pairs.map(([key, value]) => [
    `PIP_${key.replaceAll('-', '_').toUpperCase()}`,
    value,
  ]);
  const paths = pathsIn(pairs).filter((path) => sandbox.canReach(path));
  return sandbox.wrap({
    argv: [
      ...[python.file, '-I', '-m', 'pip', 'install', '--target', join(folder, 'site')],
      ...['--no-input', '--no-cache-dir', '--progress-bar', 'off', '--prefer-binary'],
      ...['--disable-pip-version-check', '--no-warn-script-location', '--no-color'],
      ...(locked ? ['--no-deps'] : []),
      ...['--requirement', join(folder, 'requirements.txt')],
    ],
    readOnly: [...python.prefix, ...paths],
    writable: [],
    workFolder: folder,
    env: {
      HOME: folder,
      TMPDIR: folder,
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LC_ALL: 'C.UTF-8',
      ...proxyIn(environment),
      ...(Object.fromEntries(variables) as Record<string, string>),
    },
    network: true,
  });
}

function proxyIn(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && /^(?:https?|no)_proxy$/i.test(entry[0]),
    ),
  );
}

const failures: readonly [pattern: RegExp, code: ErrorCode, says: string, hint: string][] = [
  [
    /No matching distribution found for (\S+)|satisfies the requirement (\S+)/,
    'unprocessable',
    'there is no such package or version for this Python in the index',
    'Correct the name or version; state it in a comment below "#requirements:" where the import ' +
      'has another name than the package.',
  ],
  [
    /conflicting dependencies|ResolutionImpossible/,
    'unprocessable',
    'versions contradict each other',
    'Ask for fewer fixed versions.',
  ],
  [
    /No space left/,
    'unavailable',
    'there is no space left to install it',
    'Free disk space where the data folder is, then deploy again.',
  ],
  [
    /NewConnectionError|Max retries|Connection (?:refused|reset)|SSLError|timed? out|Temporary/,
    'unavailable',
    'the package index cannot be reached',
    'Check the network, proxy and pip configuration of the server, then deploy again.',
  ],
];

function failure(output: string, requirements: readonly string[]): AppError {
  // An index that cannot be reached ends as "no matching distribution" as well.
  const unreachable = failures.at(-1)?.[0].test(output) === true;
  const found = unreachable ? failures.at(-1) : failures.find(([pattern]) => pattern.test(output));
  const [pattern, code = 'unprocessable', says, hint] = found ?? [];
  const named = unreachable ? null : (pattern?.exec(output) ?? null);
  const name = named?.[1] ?? named?.[2] ?? requirements.join(', ');
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR'));
  const said = says ?? (errors.join(' ') || output.trim()).slice(-300);
  return new AppError(code, `Python packages: ${name}: ${said}.`, {
    hint: hint ?? 'Ask for another version, or leave it out.',
    details: { requirements: [...requirements] },
  });
}

/**
 * Fills `<folder>/site` and answers what is in it, as `name==version`. Throws `unprocessable`,
 * `unavailable` (no pip, no network), `canceled`, `timeout`.
 */
export async function pipInstall(deps: PipDeps, request: PipRequest): Promise<string[]> {
  const { folder, requirements, signal, onOutput } = request;
  const list = join(folder, 'requirements.txt');
  await writeFile(list, `${requirements.join('\n')}\n`);
  const site = join(folder, 'site');
  await mkdir(site);
  const command = await commandOf(deps, request);
  const ended = await runInstaller(command, { signal, ...(onOutput ? { onOutput } : {}) });
  if (ended.status !== 0) throw failure(ended.output, requirements);
  for (const name of await readdir(folder)) {
    if (name !== 'site') await rm(join(folder, name), { recursive: true, force: true });
  }
  return pinsIn(site);
}
