// The supervisor of the embedded PostgreSQL: makes the cluster, starts it on a Unix socket only,
// starts it again if it dies, and stops it. It knows nothing of tables.
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type Log } from '../../base/index.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { canRun, chooseConfinement, type Confinement, openTo, startBound } from './confine.ts';
import { folderError, giveToOwner, makeSocketFolder, socketFolderOf } from './folders.ts';
import { flushCluster, makeCluster, prepareTemplate } from './initdb.ts';
import { clearLeftover, isAlive, readPostmaster, sendSignal } from './postmaster.ts';

export interface Cluster {
  readonly socketFolder: string;
  /** The pid of the running server, for tests and doctors. */
  pid(): number | undefined;
  /** Fast shutdown: ends connections, writes a checkpoint, waits for the end. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** The data folder, which exists and is ours; the cluster is made in `postgres/` below it. */
  folder: string;
  log: Log;
  /** Further settings (`fsync: 'off'` for tests). */
  settings?: Readonly<Record<string, string>>;
  /** Other programs than the ones from npm (tests on an older PostgreSQL). */
  binaries?: Binaries;
}

const maxLogBytes = 5_000_000;

/** The settings and why they are not PostgreSQL's own. */
function settingsFor(major: number): Record<string, string> {
  return {
    listen_addresses: '',
    // The queue's rows live for milliseconds: a minute between vacuums leaves 40,000 dead ones.
    autovacuum_naptime: '15s',
    unix_socket_permissions: '0700',
    max_connections: '200',
    // No replica ever reads this cluster: the log need not serve one.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    // A refused insert is the caller's to report; the log is for trouble with the server.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
    update_process_title: 'off',
    // Three processes fewer at rest; our rows come from memory.
    ...(major >= 18 ? { io_method: 'sync' } : {}),
  };
}

interface Layout {
  cluster: string;
  socketFolder: string;
  logFile: string;
  binaries: Binaries;
  confinement: Confinement;
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(-500);
}

function checkVersion({ cluster, binaries }: Layout): void {
  const found = Number.parseInt(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'), 10);
  if (found === binaries.major) return;
  throw new AppError(
    'conflict',
    `The data folder was made by PostgreSQL ${found}; this Millrace brings ${binaries.major}.`,
    { hint: 'Make a backup with the Millrace that made it, and restore that into a new folder.' },
  );
}

function openLogFile(path: string): number {
  if (existsSync(path) && statSync(path).size > maxLogBytes) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a', 0o600);
  giveToOwner(fd, dirname(path));
  return fd;
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** Starts the server; resolves when it takes connections, or with its last words when it ended. */
async function launch(
  layout: Layout,
  settings: Readonly<Record<string, string>>,
  log: Log,
): Promise<{ child: ChildProcess } | { said: string }> {
  const { cluster, socketFolder, logFile, binaries, confinement } = layout;
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const socket = `"${socketFolder.replaceAll('"', '""')}"`;
  const argv = [join(binaries.folder, 'postgres'), '-D', cluster, '-k', socket, ...flags];
  const output = openLogFile(logFile);
  const before = sizeOf(logFile);
  const child = startBound(confinement, argv, { output });
  closeSync(output);
  let ended = false;
  child.once('error', () => (ended = true));
  child.once('exit', () => (ended = true));
  for (let waitedMs = 0; !ended;) {
    const postmaster = readPostmaster(cluster);
    if (postmaster?.ready && postmaster.pid === child.pid) return { child };
    const delayMs = waitedMs < 300 ? 3 : 25;
    await sleep(delayMs);
    waitedMs += delayMs;
    if (waitedMs % 10_000 < delayMs) log.info('PostgreSQL is still recovering', { waitedMs });
  }
  return { said: readFileSync(logFile).subarray(before).toString().trim() };
}

/** A start that waits for back ends of a postmaster that was killed: they end within moments. */
async function launchAtLast(
  layout: Layout,
  settings: Readonly<Record<string, string>>,
  log: Log,
): Promise<ChildProcess> {
  for (let tried = 1; ; tried += 1) {
    const started = await launch(layout, settings, log);
    if ('child' in started) return started.child;
    const passing = /shared memory block|lock file ".*" already exists/.test(started.said);
    if (!passing || tried === 100) {
      throw new AppError('unavailable', `PostgreSQL did not start: ${lastLines(started.said)}`, {
        hint: `Its log is ${layout.logFile}.`,
      });
    }
    await sleep(100);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.ref();
  const steps = [
    { name: 'SIGINT', patienceMs: 30_000 },
    { name: 'SIGQUIT', patienceMs: 5_000 },
  ] as const;
  for (const { name, patienceMs } of steps) {
    sendSignal(pid, name);
    const late = sleep(patienceMs, 'late', { ref: false });
    if ((await Promise.race([gone, late])) !== 'late') return;
  }
  sendSignal(pid, 'SIGKILL');
  await gone;
}

interface Supervised {
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** Keeps the server running until `stop`. */
function supervise(
  first: ChildProcess,
  { start, log }: { start: () => Promise<ChildProcess>; log: Log },
): Supervised {
  let child: ChildProcess | undefined;
  let restarting: Promise<void> | undefined;
  const stopping = new AbortController();

  function watch(current: ChildProcess): void {
    child = current;
    // The server must not keep this process alive: only work does.
    current.unref();
    current.once('exit', (code, signal) => {
      child = undefined;
      if (stopping.signal.aborted) return;
      log.error('PostgreSQL ended unexpectedly', { code, signal });
      restarting = restart();
    });
  }

  async function restart(): Promise<void> {
    for (let delayMs = 50; !stopping.signal.aborted; delayMs = Math.min(delayMs * 2, 5_000)) {
      try {
        watch(await start());
        log.warn('PostgreSQL runs again');
        return;
      } catch (error) {
        log.error('PostgreSQL does not start again', { error });
        const waiting = sleep(delayMs, undefined, { ref: false, signal: stopping.signal });
        await waiting.catch(() => undefined);
      }
    }
  }

  watch(first);
  return {
    pid: () => child?.pid,
    async stop() {
      stopping.abort();
      await restarting;
      if (child) await end(child);
    },
  };
}

/** Another account may be kept from the installed programs, and then takes a copy. */
async function findUsable(folder: string, confinement: Confinement): Promise<Binaries> {
  const installed = findBinaries({ copyTo: folder });
  const program = join(installed.folder, 'postgres');
  if (await canRun(confinement, program)) return installed;
  return findBinaries({ copyTo: folder, copy: true });
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody put something there: then it stays.
  }
}

/** Starts the cluster of `folder`, making it first if need be. The caller holds its lock. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { log } = options;
  const folder = absolute(options.folder);
  const cluster = join(folder, 'postgres');
  const confinement = await chooseConfinement(cluster);
  const binaries = options.binaries ?? (await findUsable(folder, confinement));
  const layout: Layout = {
    cluster,
    socketFolder: socketFolderOf(folder),
    logFile: join(folder, 'postgres.log'),
    binaries,
    confinement,
  };
  try {
    const fresh = !existsSync(join(cluster, 'PG_VERSION'));
    if (fresh) await makeCluster(cluster, layout);
    else checkVersion(layout);
    await clearLeftover(cluster);
    makeSocketFolder(layout.socketFolder, confinement.uid);
    const program = join(binaries.folder, 'postgres');
    await openTo(confinement, { folder, own: [layout.socketFolder], program });
    const settings = { ...settingsFor(binaries.major), ...options.settings };
    const start = () => launchAtLast(layout, settings, log);
    const server = supervise(await start(), { start, log });
    const flushed = fresh ? flushCluster(cluster, layout) : undefined;
    return {
      socketFolder: layout.socketFolder,
      pid: server.pid,
      async stop() {
        await flushed;
        await server.stop();
        removeIfEmpty(layout.socketFolder);
      },
    };
  } catch (error) {
    throw folderError(error, folder) ?? error;
  }
}

/** At set-up: what makes the first start on a new data folder as fast as the later ones. */
export async function prepareClusters(): Promise<void> {
  const confinement = await chooseConfinement('');
  if (confinement.kind === 'user') return;
  const binaries = findBinaries({ copyTo: undefined });
  await prepareTemplate({ binaries, confinement });
}

/** The socket of the server that runs on `folder` now; undefined when none does. */
export function runningSocketFolder(folder: string): string | undefined {
  const postmaster = readPostmaster(join(absolute(folder), 'postgres'));
  if (!postmaster?.ready || !isAlive(postmaster.pid)) return undefined;
  return postmaster.socketFolder;
}
