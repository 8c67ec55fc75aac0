// The bubblewrap profile: which parts of the system a command sees. Owns the argument list only.
// Everything is an empty tmpfs to begin with; what is not named here does not exist inside.
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { SandboxCommand } from './sandbox.ts';

/** Current folder, home and temporary folder of a command that names no work folder. */
export const privateFolder = '/tmp/job';

// Largest content of the in-memory folders; more is "No space left on device" for the script.
// It counts towards no limit of the run: memory of files belongs to no process.
const temporaryBytes = 512 * 1024 * 1024;
const sharedBytes = 64 * 1024 * 1024;

const systemFolders = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/nix/store',
];

function systemArguments(): string[] {
  const list: string[] = [];
  for (const folder of systemFolders) {
    if (!existsSync(folder)) continue;
    // On merged systems /bin, /lib … are links into /usr, and stay links inside.
    if (lstatSync(folder).isSymbolicLink()) list.push('--symlink', readlinkSync(folder), folder);
    else list.push('--ro-bind', folder, folder);
  }
  return list;
}

export interface Bubblewrap {
  /** Arguments of `bwrap` for one command, the command itself included. */
  arguments(command: SandboxCommand): string[];
}

/** `etc` are the arguments that put /etc in place. */
export function createBubblewrap(etc: readonly string[]): Bubblewrap {
  const system = systemArguments();
  const temporary = ['--size', String(temporaryBytes), '--tmpfs', '/tmp'];
  const shared = ['--size', String(sharedBytes), '--tmpfs', '/dev/shm'];
  return {
    arguments(command: SandboxCommand): string[] {
      const work = command.workFolder;
      const binds = command.readOnly.flatMap((path) => ['--ro-bind', path, path]);
      const writable = work === undefined ? command.writable : [...command.writable, work];
      return [
        ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
        ...['--disable-userns', '--die-with-parent', '--new-session'],
        ...(command.network ? [] : ['--unshare-net']),
        ...(command.asFirstProcess === true ? ['--as-pid-1'] : []),
        ...['--uid', '1000', '--gid', '1000', '--cap-drop', 'ALL', '--hostname', 'millrace'],
        ...system,
        ...etc,
        ...['--proc', '/proc', '--dev', '/dev', ...shared],
        ...[...temporary, '--dir', privateFolder, '--symlink', '/tmp', '/var/tmp'],
        ...binds,
        ...writable.flatMap((path) => ['--bind', path, path]),
        ...(command.shared === undefined
          ? []
          : ['--bind', command.shared, `${privateFolder}/shared`]),
        // Without these a script could fill memory with files in / or /dev.
        ...['--remount-ro', '/dev', '--remount-ro', '/'],
        ...['--chdir', work ?? privateFolder, '--', ...command.argv],
      ];
    },
  };
}
