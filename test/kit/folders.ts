// Temporary folders of a test, and which processes still work in one.
import { mkdtempSync, readdirSync, readlinkSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Memory where there is plenty: making and removing a database is then 5 times faster. */
function fastFolder(): string {
  const memory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > 4e9 ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

const testFolder = /^millrace-test-(\d+)-/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What test processes left that were killed: in memory it would stay until the next boot. */
function sweep(home: string): void {
  for (const entry of readdirSync(home)) {
    const [, pid] = testFolder.exec(entry) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(home, entry), { recursive: true, force: true });
    } catch {
      // Another user's, who will sweep it.
    }
  }
}

/** A new folder that is removed with `remove`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const home = fastFolder();
  sweep(home);
  const path = mkdtempSync(join(home, `millrace-test-${process.pid}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function workFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** Pids of processes whose working folder is below `folder`: PostgreSQL's are (Linux only). */
export function pidsBelow(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workFolder(name).startsWith(folder))
    .map(Number);
}
