// The data folder of the embedded PostgreSQL: making it, the lock that keeps a second server out,
// and the folder of its socket.
import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  fchownSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, sha256 } from '../../base/index.ts';
import { findTool, toolEnvironment } from './tools.ts';

const folderReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'it is a file',
};

/** One clear sentence for a folder that cannot be used; undefined for other errors. */
export function folderError(error: unknown, folder: string): AppError | undefined {
  const reason = folderReasons[(error as NodeJS.ErrnoException).code ?? ''];
  if (reason === undefined) return undefined;
  return new AppError('unavailable', `Cannot use the data folder ${folder}: ${reason}.`, {
    hint: 'Choose a folder that this user may write, with --data or MILLRACE_DATA.',
    cause: error,
  });
}

// Not `recursive: true`: Node never returns where a file system says ENOENT for a new folder
// below one that is there (/proc and /sys do).
function makeWithParents(folder: string): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(folder), { code: 'EEXIST' });
    return;
  }
  makeWithParents(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

/** Makes the folder for this user only, with what is above it. Throws `unavailable`. */
export function makeFolder(folder: string): void {
  try {
    makeWithParents(folder);
  } catch (error) {
    throw folderError(error, folder) ?? error;
  }
}

/** Root may start on somebody's folder: what it makes there stays theirs. */
export function giveToOwner(fd: number, folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  fchownSync(fd, uid, gid);
}

export interface FolderLock {
  release(): void;
}

/** `open` takes the lock itself there; Node has no name for the flag (sys/fcntl.h of Darwin). */
const darwinExclusive = 0x20;

function openLock(path: string): { fd: number | undefined } {
  const flags = constants.O_RDWR | constants.O_CREAT;
  if (process.platform !== 'darwin') return { fd: openSync(path, flags, 0o600) };
  try {
    return { fd: openSync(path, flags | darwinExclusive | constants.O_NONBLOCK, 0o600) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK') return { fd: undefined };
    throw error;
  }
}

/** Locks our open file by way of flock(1): the lock belongs to the file, not to that process. */
async function flock(fd: number): Promise<boolean> {
  const tool = findTool('flock');
  if (!tool) {
    throw new AppError('unavailable', 'The program `flock` is missing.', {
      hint: 'Install util-linux, or give MILLRACE_DATABASE_URL an own PostgreSQL.',
    });
  }
  const child = spawn(tool, ['-n', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    env: toolEnvironment,
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

async function holderOf(path: string): Promise<string> {
  // Whoever just took the lock writes its pid a moment later.
  for (let tried = 0; tried < 20; tried += 1) {
    const pid = readFileSync(path, 'utf8').trim();
    if (pid !== '') return `process ${pid}`;
    await sleep(10);
  }
  return 'another process';
}

/**
 * Takes the folder for this process; the kernel lets go of it when the process ends, however it
 * ends, so a lock is never stale and a reused pid means nothing.
 * Throws `conflict` with the pid of the holder, or `unavailable`.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'millrace.lock');
  let fd: number | undefined;
  try {
    ({ fd } = openLock(path));
  } catch (error) {
    throw folderError(error, folder) ?? error;
  }
  const taken = fd !== undefined && (process.platform === 'darwin' || (await flock(fd)));
  if (fd === undefined || !taken) {
    if (fd !== undefined) closeSync(fd);
    const holder = await holderOf(path);
    throw new AppError('conflict', `The data folder ${folder} is in use by ${holder}.`, {
      hint: 'Stop that server first, or start this one on another folder with --data.',
      details: { folder },
    });
  }
  const own = fd;
  giveToOwner(own, folder);
  ftruncateSync(own);
  writeSync(own, `${process.pid}\n`, 0);
  return {
    release() {
      // The file stays: to remove it would let a third process lock a new one beside it.
      ftruncateSync(own);
      closeSync(own);
    },
  };
}

/** Bytes of a socket's address that every system takes (Darwin 104 with the closing zero). */
const maxSocketBytes = 103;

/**
 * Where the socket goes: in the data folder, or, when that path is too long for a socket, in a
 * folder of the temporary directory that is named after it.
 */
export function socketFolderOf(folder: string): string {
  const fits = (path: string) => Buffer.byteLength(join(path, '.s.PGSQL.5432')) <= maxSocketBytes;
  const near = join(folder, 'run');
  if (fits(near)) return near;
  const name = `millrace-${sha256(folder).slice(0, 16)}`;
  const temporary = join(tmpdir(), name);
  return fits(temporary) ? temporary : join('/tmp', name);
}

/** Makes the socket's folder. Throws `unavailable` when it is somebody else's. */
export function makeSocketFolder(path: string, uid: number): void {
  makeFolder(path);
  const state = lstatSync(path);
  const own = state.uid === uid || state.uid === process.getuid?.();
  // The temporary directory belongs to everybody: a folder laid there beforehand is a trap.
  if (!state.isDirectory() || !own || (state.mode & 0o077) !== 0) {
    throw new AppError('unavailable', `The folder ${path} belongs to somebody else.`, {
      hint: 'Choose a data folder with a shorter path, or remove that folder.',
    });
  }
}
