// Makes clusters. The first one of an installation is kept, never started, as a template beside
// the installed programs; later ones are copies of it (0.1 s against initdb's 0.45 s).
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, newId, sha256 } from '../../base/index.ts';
import type { Binaries } from './binaries.ts';
import { type Confinement, openTo, withDeathSignal } from './confine.ts';
import { makeFolder } from './folders.ts';
import { findTool, toolEnvironment } from './tools.ts';

/** The one account of the cluster; only its owner can reach the socket, so it has no password. */
export const clusterUser = 'millrace';
export const clusterDatabase = 'postgres';

export interface Making {
  binaries: Binaries;
  confinement: Confinement;
}

/** Text order is that of bytes, whatever the machine, and letters know their case. */
function localeArguments(major: number): string[] {
  return major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : ['--locale=C.UTF-8'];
}

function initdbArguments(major: number): string[] {
  return [
    ...['--username', clusterUser, '--auth', 'trust', '--encoding', 'UTF8'],
    // What it wrote is flushed after the start, beside the first requests (see `flushCluster`).
    ...['--no-sync', '--no-instructions'],
    ...localeArguments(major),
  ];
}

interface Ended {
  code: number | null;
  /** The last of what it printed. */
  text: string;
}

async function runToEnd(argv: readonly string[]): Promise<Ended> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: toolEnvironment,
    cwd: '/',
  });
  let text = '';
  const gather = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-2_000);
  };
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, text };
}

async function initdb(folder: string, { binaries, confinement }: Making): Promise<void> {
  const program = join(binaries.folder, 'initdb');
  const { code, text } = await runToEnd([
    ...withDeathSignal(confinement, 'KILL'),
    ...[program, '--pgdata', folder],
    ...initdbArguments(binaries.major),
  ]);
  if (code === 0) return;
  rmSync(folder, { recursive: true, force: true });
  const said = text.trim().split('\n').slice(-3).join(' ').slice(-500);
  throw new AppError('unavailable', `The database could not be made: ${said}`, {
    hint: 'Check the space on the disk and the rights on the data folder.',
  });
}

/**
 * The template of these programs, made now if need be; undefined where it cannot be kept or is
 * not ours. Its copies share PostgreSQL's system identifier, which only replicas compare.
 */
async function findTemplate(making: Making): Promise<string | undefined> {
  const { binaries, confinement } = making;
  if (binaries.keep === undefined || confinement.kind === 'user') return undefined;
  const kind = sha256(initdbArguments(binaries.major).join()).slice(0, 8);
  const template = join(binaries.keep.folder, `cluster-${binaries.keep.version}-${kind}`);
  try {
    if (!existsSync(template)) {
      mkdirSync(binaries.keep.folder, { recursive: true });
      const half = `${template}.${newId()}`;
      await initdb(half, making);
      moveUnlessThere(half, template);
    }
    return statSync(template).uid === confinement.uid ? template : undefined;
  } catch {
    // Read-only, or somebody else's: every cluster is then made from scratch.
    return undefined;
  }
}

function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    rmSync(from, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

async function copyTemplate(folder: string, making: Making): Promise<boolean> {
  const cp = findTool('cp');
  const template = await findTemplate(making);
  if (!cp || template === undefined) return false;
  const { code } = await runToEnd([cp, '-R', '-p', template, folder]);
  if (code !== 0) {
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  chmodSync(folder, 0o700);
  return true;
}

/** Makes the cluster beside its place and moves it there whole: a kill leaves nothing half made. */
export async function makeCluster(cluster: string, making: Making): Promise<void> {
  const home = dirname(cluster);
  for (const name of readdirSync(home).filter((entry) => entry.startsWith('postgres.new'))) {
    rmSync(join(home, name), { recursive: true, force: true });
  }
  const half = join(home, `postgres.new.${newId()}`);
  if (!(await copyTemplate(half, making))) {
    makeFolder(half);
    const program = join(making.binaries.folder, 'postgres');
    await openTo(making.confinement, { folder: home, own: [half], program });
    await initdb(half, making);
  }
  renameSync(half, cluster);
}

/** Without it a power cut in the first half minute could lose files of a new cluster. */
export async function flushCluster(cluster: string, making: Making): Promise<void> {
  const program = join(making.binaries.folder, 'initdb');
  const argv = [...making.confinement.prefix, program, '--sync-only', '--pgdata', cluster];
  await runToEnd(argv).catch(() => undefined);
}

/** At set-up: makes the template, so that not even the first start waits for it. */
export async function prepareTemplate(making: Making): Promise<void> {
  await findTemplate(making);
}
