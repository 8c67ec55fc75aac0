// The programs of the operating system that the embedded PostgreSQL needs around it, found without
// a shell and without the environment of this process.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folders = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/run/current-system/sw/bin',
];

/** A clean environment for PostgreSQL: nothing of ours, UTC, messages in English. */
export const toolEnvironment: Readonly<Record<string, string>> = {
  PATH: folders.join(':'),
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** The path of a system program, or undefined where there is none. */
export function findTool(name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
