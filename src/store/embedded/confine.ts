// As whom PostgreSQL runs, and that it ends when this process ends, even by kill -9. It refuses
// root, and an account without an entry in the system's list of users.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { AppError } from '../../base/index.ts';
import { findTool, toolEnvironment } from './tools.ts';

/** How programs of PostgreSQL are started on this machine. */
export interface Confinement {
  /** `plain`: this user; `namespace`: a user namespace of its own; `user`: another account. */
  readonly kind: 'plain' | 'namespace' | 'user';
  /** The owner of its files as this process sees it. */
  readonly uid: number;
  readonly gid: number;
  /** What goes before the program and its arguments. */
  readonly prefix: readonly string[];
}

interface Account {
  uid: number;
  gid: number;
}

/** An account that PostgreSQL can look up: `nobody` where it has its usual number. */
function spareAccount(): Account | undefined {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([, , uid, gid]) => ({ uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0);
  return accounts.find(({ uid }) => uid === 65_534) ?? accounts[0];
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Runs a program to its end; true when it ended well. */
async function succeeds(argv: readonly string[]): Promise<boolean> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: 'ignore', env: toolEnvironment, cwd: '/' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

function namespacePrefix(): string[] | undefined {
  const unshare = findTool('unshare');
  const account = spareAccount();
  if (!unshare || !account) return undefined;
  return [unshare, '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--'];
}

function otherUser({ uid, gid }: Account): Confinement | undefined {
  const setpriv = findTool('setpriv');
  if (!setpriv) return undefined;
  const prefix = [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
  return { kind: 'user', uid, gid, prefix };
}

const helpless = (): AppError =>
  new AppError('unavailable', 'The embedded PostgreSQL cannot run as root on this machine.', {
    hint: 'Start it as an ordinary user, or give MILLRACE_DATABASE_URL an own PostgreSQL.',
  });

/** Who owns the cluster that is already there; undefined when there is none yet. */
function ownerOf(cluster: string): Account | undefined {
  try {
    return statSync(cluster);
  } catch {
    return undefined;
  }
}

/**
 * Chooses how PostgreSQL runs on the files of `cluster`, new or existing. In this order: as this
 * user; as root in a user namespace, which needs no account and costs nothing measurable; as
 * `nobody`. Throws `unavailable` when none works.
 */
export async function chooseConfinement(cluster: string): Promise<Confinement> {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== 0 && hasName()) return { kind: 'plain', uid, gid, prefix: [] };
  const owner = ownerOf(cluster);
  if (uid === 0 && owner && owner.uid !== 0) {
    const confinement = otherUser(owner);
    if (!confinement) throw helpless();
    return confinement;
  }
  const prefix = namespacePrefix();
  if (prefix && (await succeeds([...prefix, '/bin/true']))) {
    return { kind: 'namespace', uid, gid, prefix };
  }
  const account = uid === 0 ? spareAccount() : undefined;
  const confinement = account && otherUser(account);
  const works = confinement && (await succeeds([...confinement.prefix, '/bin/true']));
  if (!confinement || !works) throw helpless();
  return confinement;
}

/** May the account that runs PostgreSQL start `program`? */
export async function canRun({ kind, prefix }: Confinement, program: string): Promise<boolean> {
  return kind !== 'user' || succeeds([...prefix, program, '--version']);
}

/** Lets the other account reach what it needs below `folder`; throws when it still cannot. */
export async function openTo(
  confinement: Confinement,
  { folder, own, program }: { folder: string; own: readonly string[]; program: string },
): Promise<void> {
  const { kind, uid, gid, prefix } = confinement;
  if (kind !== 'user') return;
  // It may pass through the data folder, but not list it.
  chmodSync(folder, 0o711);
  for (const path of own) chownSync(path, uid, gid);
  const reached = await Promise.all([
    canRun(confinement, program),
    ...own.map((path) => succeeds([...prefix, '/usr/bin/test', '-w', path])),
  ]);
  if (reached.every(Boolean)) return;
  throw new AppError('unavailable', `The account that runs PostgreSQL cannot reach ${folder}.`, {
    hint: 'Choose a data folder outside of private folders such as /root, with --data.',
  });
}

/**
 * Ends the program by itself when our end of the pipe at descriptor 3 closes, for systems without
 * a parent-death signal. A line on the pipe means that the program has already ended.
 */
const watchdog = `( read -r line <&3 || kill -INT $$ ) & exec "$@" 3<&-`;

/** The prefix of a program that gets `signal` when this process dies, where the system can. */
export function withDeathSignal(
  { prefix }: Pick<Confinement, 'prefix'>,
  signal: string,
): readonly string[] {
  const setpriv = findTool('setpriv');
  // Innermost, because a change of user clears the signal.
  return setpriv ? [...prefix, setpriv, '--pdeathsig', signal, '--'] : prefix;
}

export interface BoundOptions {
  /** File descriptor for what the program prints. */
  output: number;
  /** Takes the watchdog; default: only where there is no parent-death signal. */
  watched?: boolean;
}

/**
 * Starts a long-running program so that it cannot outlive this process. It gets a session of its
 * own, because Ctrl-C in a terminal goes to a whole process group and would end the database
 * before the jobs are drained. The child's pid is the program's: every step replaces itself.
 */
export function startBound(
  confinement: Pick<Confinement, 'prefix'>,
  argv: readonly string[],
  { output, watched = findTool('setpriv') === undefined }: BoundOptions,
): ChildProcess {
  const options: SpawnOptions = { detached: true, env: toolEnvironment, cwd: '/' };
  if (!watched) {
    const [file = '', ...args] = [...withDeathSignal(confinement, 'INT'), ...argv];
    return spawn(file, args, { ...options, stdio: ['ignore', output, output] });
  }
  const shell = [...confinement.prefix, '/bin/sh', '-c', watchdog, 'millrace'];
  const [file = '', ...args] = [...shell, ...argv];
  const child = spawn(file, args, { ...options, stdio: ['ignore', output, output, 'pipe'] });
  const pipe = child.stdio[3];
  child.once('exit', () => {
    if (pipe && 'end' in pipe) pipe.end('ended\n');
  });
  pipe?.on('error', () => undefined);
  return child;
}
