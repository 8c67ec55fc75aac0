// What processes have used so far, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((id) => id !== '')
      .map(Number),
  );
}

/** Resident memory of the process that serves, in MB: the child of the wrapper, or itself. */
export function serverMemoryMb(pid: number): number {
  const sizes = [pid, ...childrenOf(pid)].map((each) => {
    const status = readFileSync(`/proc/${each}/status`, 'utf8');
    const isNode = /^Name:\s+(node|MainThread)/m.test(status);
    return isNode ? Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024 : 0;
  });
  return Math.max(...sizes);
}

/** CPU milliseconds so far of the server, its PostgreSQL and the runners, by process tree. */
export function cpuMs(pid: number): { server: number; database: number; runners: number } {
  const spent = { server: 0, database: 0, runners: 0 };
  const visit = (each: number): void => {
    let stat = '';
    try {
      stat = readFileSync(`/proc/${each}/stat`, 'utf8');
      childrenOf(each).forEach(visit);
    } catch {
      return; // It ended in between.
    }
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticksMs = (Number(fields[11]) + Number(fields[12])) * 10;
    if (name === 'postgres') spent.database += ticksMs;
    else if (/^(node|MainThread)$/.test(name)) spent.server += ticksMs;
    else spent.runners += ticksMs;
  };
  visit(pid);
  return spent;
}
