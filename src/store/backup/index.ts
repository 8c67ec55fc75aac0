// The door to backup and restore. Their libraries are loaded on first use: a server's start does
// not need them.
import type { BackupOptions, BackupReport } from './backup.ts';

export type { BackupOptions, BackupReport } from './backup.ts';

/**
 * Writes the whole database to `file`, from a running server or a stopped one.
 * Throws `conflict` when the file exists, `unavailable` when it or the database cannot be used.
 */
export async function backup(options: BackupOptions): Promise<BackupReport> {
  return (await import('./backup.ts')).backup(options);
}

/**
 * Restores `file` into an empty database: a new data folder, or a new database by URL. Throws
 * `conflict` when the target is not empty or the backup is of a newer version, `unprocessable`
 * when the file is damaged; nothing is changed then.
 */
export async function restore(options: BackupOptions): Promise<BackupReport> {
  return (await import('./restore.ts')).restore(options);
}
