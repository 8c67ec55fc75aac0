// For `millrace doctor`: could a server open its database here? Changes nothing that stays.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, type Log, systemClock } from '../base/index.ts';
import { runningSocketFolder, startCluster } from './embedded/index.ts';
import { openBareStore } from './open.ts';

/**
 * Answers what was tried, one sentence: an own database was asked, the running embedded one was
 * asked, or the embedded PostgreSQL was started in a temporary folder (about 0.7 s).
 * Throws as `openStore`, but never migrates.
 */
export async function tryDatabase({ config, log }: { config: Config; log: Log }): Promise<string> {
  const running = runningSocketFolder(config.dataFolder) !== undefined;
  if (config.databaseUrl !== undefined || running) {
    const store = await openBareStore({ config, log, clock: systemClock, role: 'worker' });
    await store.close();
    return config.databaseUrl === undefined
      ? 'the embedded PostgreSQL runs'
      : 'the PostgreSQL of MILLRACE_DATABASE_URL answers';
  }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-trial-'));
  try {
    // Nothing of it has to last.
    const cluster = await startCluster({ folder, log, settings: { fsync: 'off' } });
    await cluster.stop();
    return 'the embedded PostgreSQL starts';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
