// Folders in the system's temporary folder that live as long as the server: made readable for the
// accounts of commands, kept from the system's cleaner of old files (systemd-tmpfiles removes what
// was not touched for ten days), and removed by the next server when this one was killed.
import { rmSync } from 'node:fs';
import { chmod, lutimes, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../base/index.ts';

export interface TemporaryFolder {
  readonly path: string;
  close(): Promise<void>;
}

const touchEveryMs = 12 * 3_600_000;

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function sweep(prefix: string): Promise<void> {
  const pattern = new RegExp(`^millrace-${prefix}-(\\d+)-`);
  for (const name of await readdir(tmpdir())) {
    const pid = pattern.exec(name)?.[1];
    if (pid === undefined || lives(Number(pid))) continue;
    // Somebody else's is not ours to remove; it fails, and stays.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Touches the folder and its direct and deeper files; work folders of commands are left alone. */
async function touch(path: string): Promise<void> {
  const nowSecs = systemClock.now() / 1000;
  const entries = await readdir(path, { recursive: true });
  for (const name of ['.', ...entries]) {
    await lutimes(join(path, name), nowSecs, nowSecs).catch(() => {});
  }
}

/**
 * Makes `millrace-<prefix>-<pid>-…` and removes those of dead servers. `listed`: others may see
 * what is in it, not only pass through.
 */
export async function makeTemporaryFolder(
  prefix: string,
  { listed }: { listed: boolean },
): Promise<TemporaryFolder> {
  await sweep(prefix);
  const path = await mkdtemp(join(tmpdir(), `millrace-${prefix}-${process.pid}-`));
  await chmod(path, listed ? 0o755 : 0o711);
  const timer = setInterval(() => void touch(path).catch(() => {}), touchEveryMs);
  timer.unref();
  // A process that ends without `close` leaves nothing behind either, unless it is killed.
  const remove = (): void => rmSync(path, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path,
    async close() {
      clearInterval(timer);
      process.off('exit', remove);
      await rm(path, { recursive: true, force: true });
    },
  };
}
