// Starts one harness process, confined, with its two sockets, and knows when it has ended.
// A shell first joins the child's control group and makes standard error the same pipe as
// standard output, so the log keeps its order; then it becomes the sandbox and the program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import { join } from 'node:path';
import { privateFolder } from '../sandbox/index.ts';
import { tasksOfMachine } from './proc.ts';
import type { RunnersContext } from './runner.ts';
import type { FoundRuntime } from './runtimes.ts';
import { type Cgroups, maxTasks } from './cgroups.ts';
import { openTree, type Tree } from './trees.ts';

export interface LaunchContext extends RunnersContext {
  cgroups: Cgroups | undefined;
  /** Parent of work folders where the sandbox gives none. */
  workParent: string;
  /** Text in the environment of every child, to find by what it left; null where not needed. */
  marker: string | null;
}

export interface LaunchOptions {
  runtime: FoundRuntime;
  memoryBytes: number;
  maxProcesses: number;
  network: boolean;
  /** Further sockets after descriptor 3, for a zygote's lanes. */
  extraSockets?: number;
  asFirstProcess?: boolean;
}

export interface Launched {
  /** Of the outermost process (bubblewrap, or the program itself). */
  readonly pid: number;
  readonly control: Duplex;
  readonly log: Readable;
  readonly extra: readonly Duplex[];
  readonly account: number | null;
  /** Resolves when the process has ended and its outputs are read, with how: `exit code 1`. */
  readonly ended: Promise<string>;
  /** Live pids of the whole tree. */
  members(): number[];
  /**
   * true when there is more than the program's own process, as far as the harness cannot see it
   * itself: outside bubblewrap orphans leave its sight.
   */
  hasStrays(): boolean;
  /** true when a fork was refused since the last time this was asked. */
  hitWall(): boolean;
  /** Ends the whole tree at once; safe to call again. */
  kill(): Promise<void>;
}

const quoted = (path: string): string => `'${path.replaceAll("'", String.raw`'\''`)}'`;

/**
 * The kernel's own limit on the tasks of an account, for machines without control groups. It is
 * exact for an account of the child's own; where the server shares its account with the child the
 * limit leaves room for all that runs already, and is only a wall for a fork bomb.
 */
function taskLimit(
  { sandbox }: LaunchContext,
  account: number | null,
  maxProcesses: number,
): string {
  if (process.platform !== 'linux' || (account === null && sandbox.kind !== 'none')) return '';
  const limit = account === null ? tasksOfMachine() + 512 : maxTasks(maxProcesses);
  // The option is -u in bash and -p in dash.
  return `ulimit -u ${limit} 2>/dev/null || ulimit -p ${limit} 2>/dev/null; `;
}

/** Where several accounts write to a shared folder each must be able to change all of it. */
const openFiles = ({ sharedFolder }: FoundRuntime, account: number | null): string =>
  sharedFolder?.account === null && account !== null ? 'umask 0; ' : '';

/** Tasks of one account that runs several processes count together. */
const processesAtOnce = 16;

function shellLine(tree: Tree, limit: string, channelOnStandard: boolean): string {
  const joins = tree.joinFiles.map((file) => `echo $$ >${quoted(file)} && `).join('');
  const swap = channelOnStandard ? ' 0<&3 1>&3 3>&-' : '';
  return `${limit}${joins}exec "$@" 2>&1${swap}`;
}

function environment(runtime: FoundRuntime, workFolder: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: workFolder,
    TMPDIR: workFolder,
    USER: 'millrace',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...runtime.env,
  };
}

const looksApartMs = 250;
let launches = 0;

/** Starts the program; rejects only when it cannot be started at all. */
export async function launch(context: LaunchContext, options: LaunchOptions): Promise<Launched> {
  const { sandbox } = context;
  const { runtime } = options;
  const folder = runtime.sharedFolder;
  const borrowed = folder?.account ?? null;
  const account = borrowed ?? sandbox.newAccount();
  const own = sandbox.workFolder === null ? await mkdtemp(join(context.workParent, 'job-')) : null;
  const workFolder = own ?? privateFolder;
  const shared = folder?.path;
  if (own !== null && shared !== undefined) await symlink(shared, join(own, 'shared'));
  launches += 1;
  const marker = context.marker === null ? null : `${context.marker}.${launches}.`;
  const tree = openTree(context, { account, marker, ...options });
  const wrapped = sandbox.wrap({
    argv: runtime.argv({ memoryBytes: options.memoryBytes, workFolder, shared }),
    readOnly: runtime.readOnly,
    writable: [],
    ...(shared === undefined ? {} : { shared }),
    ...(own === null ? {} : { workFolder: own }),
    env: {
      ...environment(runtime, workFolder),
      ...(marker === null ? {} : { MILLRACE_RUNNER: marker }),
    },
    network: options.network,
    ...(account === null ? {} : { account }),
    asFirstProcess: options.asFirstProcess ?? false,
  });
  const maxProcesses = options.maxProcesses * (borrowed === null ? 1 : processesAtOnce);
  const limit = openFiles(runtime, account) + taskLimit(context, account, maxProcesses);
  const line = shellLine(tree, limit, runtime.channelOnStandard);
  const extras = Array.from({ length: options.extraSockets ?? 0 }, () => 'pipe' as const);
  const child = spawn('/bin/sh', ['-c', line, 'sh', wrapped.file, ...wrapped.argv], {
    cwd: wrapped.cwd,
    env: wrapped.env,
    // A session of its own: no terminal signals, and one group to kill.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore', 'pipe', ...extras],
  });

  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(howItEnded(code, signal)));
  });
  const log = child.stdout as Readable;
  const ended = exited.then(async (how) => {
    // Its last words may still be in the sockets when its end is known.
    await Promise.all(child.stdio.slice(1).map((stream) => drained(stream as Readable | null)));
    return how;
  });
  let gone = false;
  let killing: Promise<void> | undefined;

  async function end(): Promise<void> {
    if (child.pid !== undefined) await tree.killAll(child.pid, gone);
    await ended;
    for (const stream of child.stdio) stream?.destroy();
    if (own !== null) await rm(own, { recursive: true, force: true }).catch(() => {});
    if (account !== null && borrowed === null) sandbox.releaseAccount(account);
  }

  // Without a control group the look is at all processes of the machine: not after each run.
  let lookedAt = 0;
  function mayLook(): boolean {
    const now = context.clock.now();
    if (tree.joinFiles.length === 0 && now - lookedAt < looksApartMs) return false;
    lookedAt = now;
    return true;
  }

  void exited.then(() => {
    gone = true;
    return (killing ??= end());
  });
  if (child.pid === undefined) {
    const [error] = await once(child, 'error').catch((reason: unknown) => [reason]);
    throw error;
  }
  return {
    pid: child.pid,
    control: child.stdio[3] as Duplex,
    log,
    extra: child.stdio.slice(4) as unknown as Duplex[],
    account,
    ended,
    members: () => tree.members(child.pid ?? 0),
    hitWall: () => tree.hitWall(),
    hasStrays: () =>
      sandbox.kind !== 'bwrap' && mayLook() && tree.members(child.pid ?? 0).length > 1,
    kill: () => (killing ??= end()),
  };
}

/** bubblewrap and shells report a signal as 128 and its number. */
export function howItEnded(code: number | null, signal: string | null): string {
  if (signal !== null) return `signal ${signal}`;
  const number = (code ?? 0) - 128;
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? `exit code ${code}` : `signal ${name}`;
}

/** Waits for what is still in the pipe; not long, because a stray may hold its other end open. */
async function drained(stream: Readable | null): Promise<void> {
  if (stream === null || stream.readableEnded || stream.destroyed) return;
  await once(stream, 'end', { signal: AbortSignal.timeout(100) }).catch(() => {});
}
