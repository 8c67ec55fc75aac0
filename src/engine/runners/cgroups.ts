// Control groups for children, where this process may make them: a hard wall for the number of
// tasks and for memory, and a certain way to find all of a tree. Version 1 and version 2.
// Only below a group that is ours alone: others (systemd, a supervisor) own theirs.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, killHard } from './proc.ts';

export interface Group {
  readonly joinFiles: readonly string[];
  members(): number[];
  /** true when a process was refused since the last time this was asked. */
  hitWall(): boolean;
  /** No member can start a process from now on: one round of kills ends even a fork bomb. */
  seal(): void;
  close(): void;
}

export interface Cgroups {
  readonly version: 1 | 2;
  readonly controllers: readonly ('pids' | 'memory')[];
  open(limits: { maxProcesses: number; memoryBytes: number }): Group;
  /** Removes the parent folder; children must have ended. */
  close(): void;
}

type Controller = 'pids' | 'memory';

interface Hierarchy {
  version: 1 | 2;
  controllers: Controller[];
  /** Folder of our own group in the mounted hierarchy. */
  folder: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Where a hierarchy is mounted: `/proc/self/mountinfo`, man 5 proc. */
function mounts(): { type: string; point: string; options: string[] }[] {
  return read('/proc/self/mountinfo')
    .split('\n')
    .flatMap((line) => {
      const [before = '', after = ''] = line.split(' - ');
      const [type = '', , options = ''] = after.split(' ');
      const point = before.split(' ')[4];
      return point && type.startsWith('cgroup')
        ? [{ type, point, options: options.split(',') }]
        : [];
    });
}

/** A group is ours when it is the root of what we see (a container) or was delegated to us. */
function isOurs(path: string, folder: string): boolean {
  if (path === '/') return true;
  const uid = process.getuid?.() ?? 0;
  try {
    return uid !== 0 && statSync(folder).uid === uid;
  } catch {
    return false;
  }
}

/** Hierarchies that hold the pids or memory controller and whose own group is ours. */
function ownHierarchies(): Hierarchy[] {
  const found: Hierarchy[] = [];
  const mounted = mounts();
  for (const line of read('/proc/self/cgroup').trim().split('\n')) {
    const [number, names = '', path = '/'] = line.split(':');
    const version = number === '0' ? 2 : 1;
    const mount = mounted.find(({ type, options }) =>
      version === 2 ? type === 'cgroup2' : type === 'cgroup' && options.includes(names),
    );
    if (mount === undefined) continue;
    const folder = join(mount.point, path);
    const available =
      version === 1 ? names.split(',') : read(`${folder}/cgroup.controllers`).trim().split(' ');
    const controllers = (['pids', 'memory'] as const).filter((name) => available.includes(name));
    if (controllers.length > 0 && isOurs(path, folder))
      found.push({ version, controllers, folder });
  }
  return found;
}

/** Makes the server's parent folder; undefined where that is forbidden. */
function makeParent(hierarchy: Hierarchy, name: string): string | undefined {
  const parent = join(hierarchy.folder, name);
  try {
    if (hierarchy.version === 2) {
      const enable = hierarchy.controllers.map((controller) => `+${controller}`).join(' ');
      // Refused while processes live in the group itself, unless it is the machine's root group.
      writeFileSync(join(hierarchy.folder, 'cgroup.subtree_control'), enable);
      mkdirSync(parent);
      writeFileSync(join(parent, 'cgroup.subtree_control'), enable);
    } else {
      mkdirSync(parent);
    }
    return parent;
  } catch {
    removeGroup(parent);
    return undefined;
  }
}

function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Absent, or a member is still ending: the next start sweeps it.
  }
}

/** What a folder holds; nothing when it is gone: servers that start together sweep the same. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What a server that was killed left: its groups, and members that outlived it. */
function sweep(hierarchy: Hierarchy): void {
  for (const name of namesIn(hierarchy.folder)) {
    const pid = /^millrace-(\d+)-\d+$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const parent = join(hierarchy.folder, name);
    for (const child of namesIn(parent)) {
      for (const member of membersOf(join(parent, child))) killHard(member);
      removeGroup(join(parent, child));
    }
    removeGroup(parent);
  }
}

const membersOf = (folder: string): number[] =>
  read(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);

/**
 * The controller counts threads, of which a Node process has about a dozen. Processes are counted
 * by the watcher; this wall only stops a fork bomb between two looks.
 */
export const maxTasks = (maxProcesses: number): number => 128 + 4 * maxProcesses;

function setLimits(
  { version, controllers }: Hierarchy,
  folder: string,
  { maxProcesses, memoryBytes }: { maxProcesses: number; memoryBytes: number },
): void {
  if (controllers.includes('pids')) {
    writeFileSync(join(folder, 'pids.max'), String(maxTasks(maxProcesses)));
  }
  if (controllers.includes('memory')) {
    const file = version === 2 ? 'memory.max' : 'memory.limit_in_bytes';
    // The watcher stops a run at the limit with a clear word; the kernel stops what outruns it.
    writeFileSync(join(folder, file), String(Math.round(memoryBytes * 1.25) + 64 * 1_048_576));
  }
}

function sealGroup(folder: string): void {
  try {
    writeFileSync(join(folder, 'pids.max'), '0');
  } catch {
    // A group of the memory controller alone, or already removed.
  }
}

/** Forks that the task limit refused, by `pids.events`. */
function refusals(folders: readonly string[]): number {
  let sum = 0;
  for (const folder of folders) {
    sum += Number(/^max (\d+)/m.exec(read(join(folder, 'pids.events')))?.[1] ?? 0);
  }
  return sum;
}

/** Times that this process opened its groups: tests do so more than once. */
let opened = 0;

/** Opens control groups; undefined where there are none that we may use. */
export function openCgroups(): Cgroups | undefined {
  opened += 1;
  const usable: { hierarchy: Hierarchy; parent: string }[] = [];
  for (const hierarchy of ownHierarchies()) {
    sweep(hierarchy);
    const parent = makeParent(hierarchy, `millrace-${process.pid}-${opened}`);
    if (parent !== undefined) usable.push({ hierarchy, parent });
  }
  const [first] = usable;
  if (first === undefined) return undefined;
  let count = 0;

  return {
    version: first.hierarchy.version,
    controllers: usable.flatMap(({ hierarchy }) => hierarchy.controllers),
    open(limits) {
      count += 1;
      const folders = usable.map(({ hierarchy, parent }) => {
        const folder = join(parent, String(count));
        mkdirSync(folder);
        setLimits(hierarchy, folder, limits);
        return folder;
      });
      let known = 0;
      return {
        seal: () => folders.forEach(sealGroup),
        hitWall() {
          const before = known;
          known = refusals(folders);
          return known > before;
        },
        joinFiles: folders.map((folder) => join(folder, 'cgroup.procs')),
        members: () => membersOf(folders[0] ?? ''),
        close: () => folders.forEach(removeGroup),
      };
    },
    close: () => usable.forEach(({ parent }) => removeGroup(parent)),
  };
}
