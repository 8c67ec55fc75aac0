// Tells processes of one machine apart from others, and the living from the dead: a worker row
// whose process is gone can be rescued at once instead of after its ping has grown old.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Name of this machine, its boot and its pid namespace: within one, a pid means one process. */
export function machineName(): string {
  return [hostname(), read('/proc/sys/kernel/random/boot_id'), pidNamespace()].join(' ');
}

/** When the process began, in kernel ticks since boot; '' when it is gone. Linux only, else '?'. */
export function startTicks(pid: number): string {
  if (process.platform !== 'linux') return isAlive(pid) ? '?' : '';
  const stat = read(`/proc/${pid}/stat`);
  // The command may hold spaces and parentheses: fields count from the last one.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
