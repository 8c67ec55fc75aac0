// The throwaway PostgreSQL of a test run: fast instead of durable, gone with its folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLog } from '../../src/base/index.ts';
import { startCluster, urlOfSocket } from '../../src/store/index.ts';
import { temporaryFolder } from './folders.ts';

export interface TestCluster {
  /** Address of its first database, as the account that owns everything. */
  url: string;
  /** What PostgreSQL logged beside its own start: connections it cut, back ends that crashed. */
  trouble(): string[];
  stop(): Promise<void>;
}

/** `binaries`: another PostgreSQL than the one from npm, such as Debian's 15. */
export async function startTestCluster(
  binaries?: Parameters<typeof startCluster>[0]['binaries'],
): Promise<TestCluster> {
  const folder = temporaryFolder();
  try {
    const cluster = await startCluster({
      folder: folder.path,
      log: createLog('warn'),
      settings: {
        fsync: 'off',
        full_page_writes: 'off',
        max_connections: '400',
        max_wal_size: '256MB',
      },
      ...(binaries ? { binaries } : {}),
    });
    return {
      url: urlOfSocket(cluster.socketFolder),
      trouble: () =>
        readFileSync(join(folder.path, 'postgres.log'), 'utf8')
          .split('\n')
          .filter((line) => /FATAL|PANIC|terminated by|all server processes/.test(line)),
      async stop() {
        await cluster.stop();
        folder.remove();
      },
    };
  } catch (error) {
    folder.remove();
    throw error;
  }
}
