// Reads /proc: the tree below a process and what memory it holds. Processes end at any time, so a
// file that is gone means "nothing". Elsewhere than on Linux everything is empty.
import { readdirSync, readFileSync, statSync } from 'node:fs';

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Direct children of all threads of `pid`. */
export function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) =>
    text(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** `pid` and everything below it; at most about `limit`: a fork bomb grows while it is read. */
export function descendants(pid: number, limit = 300): number[] {
  const found = [pid];
  for (let index = 0; index < found.length && found.length < limit; index += 1) {
    found.push(...childrenOf(found[index] ?? 0));
  }
  return found;
}

/**
 * Memory that the process itself has in use, in KiB: anonymous and shared memory, not the pages of
 * program files, which all processes of a runtime share.
 */
export function memoryKb(pid: number): number {
  const status = text(`/proc/${pid}/status`);
  const kb = (name: string): number => {
    const at = status.indexOf(`${name}:`);
    return at === -1 ? 0 : Number.parseInt(status.slice(at + name.length + 1), 10) || 0;
  };
  return kb('RssAnon') + kb('RssShmem');
}

/**
 * The same, with pages shared between forks counted once over all of them; undefined where we may
 * not look. Ten times dearer than `memoryKb`, so it is asked only before a run is ended.
 */
export function exactMemoryKb(pid: number): number | undefined {
  const rollup = text(`/proc/${pid}/smaps_rollup`);
  const kb = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
  return rollup === '' ? undefined : kb('Pss_Anon') + kb('Pss_Shmem');
}

/** Number of a process in its innermost pid namespace, as the process itself knows it. */
export function namespacePid(pid: number): number | undefined {
  const line = /^NSpid:\s*(.*)$/m.exec(text(`/proc/${pid}/status`))?.[1];
  return line === undefined ? undefined : Number(line.trim().split(/\s+/).at(-1));
}

/** Live processes for which `wanted` holds, by pid. */
export function pidsWhere(wanted: (pid: number) => boolean): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(wanted);
}

/** Processes of the session that `leader` began, and those below it that left the session. */
export function sessionMembers(leader: number): number[] {
  const members = new Set(descendants(leader));
  for (const pid of pidsWhere(() => true)) {
    // `pid (name) state parent group session …`; the name may hold anything, also parentheses.
    const stat = text(`/proc/${pid}/stat`);
    const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
    if (Number(session) === leader) members.add(pid);
  }
  return [...members];
}

/** Threads of all processes of this machine. */
export function tasksOfMachine(): number {
  return Number(text('/proc/loadavg').split(' ')[3]?.split('/')[1] ?? 0);
}

/** Whether `pid` was started with `needle` in its environment; false when we may not look. */
export function environmentHolds(pid: number, needle: string): boolean {
  return text(`/proc/${pid}/environ`).includes(needle);
}

/** Owner of a live process; undefined when it is gone. */
export function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

/** Whether a process of this number lives, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends KILL; a process (or group, negative) that is gone already is what was wanted. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone, or not ours.
  }
}
