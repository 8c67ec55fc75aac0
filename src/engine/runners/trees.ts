// Process trees of children: who belongs to one, and how to end all of it. With a writable pids
// cgroup each child has a group of its own; else descendants are found in /proc.
import { spawn } from 'node:child_process';
import type { Sandbox } from '../sandbox/index.ts';
import type { Cgroups, Group } from './cgroups.ts';
import {
  descendants,
  environmentHolds,
  killHard,
  ownerOf,
  pidsWhere,
  sessionMembers,
} from './proc.ts';

export interface Tree {
  /** Files that a process writes its pid to, to join the tree, before it runs anything. */
  readonly joinFiles: readonly string[];
  /** Live pids of the tree as this machine numbers them. */
  members(pid: number): number[];
  /** true when a process was refused for want of room since the last time this was asked. */
  hitWall(): boolean;
  /** Ends everything; resolves when nothing is left that we can see. `gone`: `pid` itself ended. */
  killAll(pid: number, gone: boolean): Promise<void>;
}

export interface TreeOptions {
  sandbox: Sandbox;
  cgroups: Cgroups | undefined;
}

export interface TreeChild {
  account: number | null;
  maxProcesses: number;
  memoryBytes: number;
  /** Text that stands in the environment of this child only; null where it is not needed. */
  marker: string | null;
}

/** A process of account `uid` that ends all others of that account, also ones that keep forking. */
function killAccount(uid: number): Promise<void> {
  return new Promise((resolve) => {
    const identity = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
    const child = spawn('setpriv', [...identity, '/bin/sh', '-c', 'kill -9 -1'], {
      stdio: 'ignore',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    });
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
}

async function killGroup(group: Group): Promise<void> {
  group.seal();
  // Members end a moment after they are killed; the folder can be removed only then.
  for (let round = 0; round < 200; round += 1) {
    const pids = group.members();
    if (pids.length === 0) return;
    for (const pid of pids) killHard(pid);
    await new Promise((resolve) => setTimeout(resolve, round < 5 ? 1 : 10));
  }
}

/** Ends all processes whose environment holds `marker`: also those that left the session. */
async function killMarked(marker: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const found = pidsWhere((pid) => environmentHolds(pid, marker));
    if (found.length === 0) return;
    for (const pid of found) killHard(pid);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function membersWithoutGroup(sandbox: Sandbox, child: TreeChild, pid: number): number[] {
  // In bubblewrap what loses its parent becomes a child of the first process inside.
  if (sandbox.kind === 'bwrap') return descendants(pid);
  const { account } = child;
  if (account !== null) return pidsWhere((other) => ownerOf(other) === account);
  return sessionMembers(pid);
}

export function openTree({ sandbox, cgroups }: TreeOptions, child: TreeChild): Tree {
  const group = cgroups?.open(child);

  return {
    joinFiles: group?.joinFiles ?? [],
    members: (pid) => group?.members() ?? membersWithoutGroup(sandbox, child, pid),
    hitWall: () => group?.hitWall() ?? false,
    async killAll(pid, gone) {
      // The child leads a process group; in bubblewrap the end of its first process ends the rest.
      killHard(-pid);
      if (!gone) killHard(pid);
      if (group !== undefined) {
        await killGroup(group);
        group.close();
      } else if (sandbox.kind === 'uid' && child.account !== null) {
        const { account } = child;
        if (pidsWhere((other) => ownerOf(other) === account).length > 0) {
          await killAccount(account);
        }
      }
      if (child.marker !== null && group === undefined) await killMarked(child.marker);
    },
  };
}
