// What the file `postmaster.pid` of a cluster says, and whether that server still lives.
import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../base/index.ts';

export interface Postmaster {
  pid: number;
  socketFolder: string;
  /** Takes connections. */
  ready: boolean;
}

/** Reads the file, whose lines PostgreSQL's miscadmin.h explains. Undefined if incomplete. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, socketFolder: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal to a process that may end at any moment: then there is nothing left to do. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The folder a process works in; undefined when it is gone or the system does not tell. */
function workFolderOf(pid: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Every process of PostgreSQL works in its cluster's folder. */
function processesIn(cluster: string): number[] {
  const folder = realpathSync(cluster);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workFolderOf(name) === folder)
    .map(Number);
}

async function waitForEnd(pid: number, limitMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 20) {
    if (!isAlive(pid)) return true;
    await sleep(20);
  }
  return !isAlive(pid);
}

/**
 * Clears away what an earlier server of ours left on `cluster`, whose lock we hold: a PostgreSQL
 * that is still shutting down or lost its parent unnoticed is asked to end, and its file goes when
 * its pid belongs to another program by now. It is not taken over, because it may run with the
 * flags or the (deleted) programs of an older installation, and a start costs 50 ms.
 */
export async function clearLeftover(cluster: string): Promise<void> {
  const left = readPostmaster(cluster);
  if (!left || !isAlive(left.pid)) return;
  if (process.platform === 'linux') {
    const living = processesIn(cluster);
    if (living.length === 0) {
      rmSync(join(cluster, 'postmaster.pid'), { force: true });
      rmSync(join(left.socketFolder, '.s.PGSQL.5432.lock'), { force: true });
      return;
    }
    // Back ends without their postmaster end by themselves; the start waits for them.
    if (!living.includes(left.pid)) return;
  }
  sendSignal(left.pid, 'SIGINT');
  if (await waitForEnd(left.pid, 60_000)) return;
  throw new AppError('conflict', `PostgreSQL (process ${left.pid}) still runs on ${cluster}.`, {
    hint: `End it with \`kill -INT ${left.pid}\`, then start again.`,
  });
}
