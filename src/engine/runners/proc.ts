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

function childrenOf(pid: number): number[] {
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

/** `pid` and everything below it; at most `limit` (a fork bomb grows while it is read). */
export function descendants(pid: number, limit = 5000): number[] {
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

/** Live processes for which `wanted` holds, by pid. */
export function processesWhere(wanted: (pid: number) => boolean): number[] {
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

/** Owner of a live process; undefined when it is gone. */
export function ownerOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
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
