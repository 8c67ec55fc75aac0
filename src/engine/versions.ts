// Counts the changes of each workspace's scripts, here and in other processes, so that a cached
// tool list knows when it is old.
import type { Database } from '../store/index.ts';

const channel = 'engine_scripts';

export function createVersions(db: Database) {
  const versions = new Map<string, number>();
  let base = 0;
  let stopListening: (() => void) | undefined;
  const bump = (workspace: string): void => {
    versions.set(workspace, (versions.get(workspace) ?? 0) + 1);
  };
  return {
    /** Changes whenever a list of the workspace may have changed. */
    of: (workspace: string) => `${base}.${versions.get(workspace) ?? 0}`,
    changed(workspace: string): void {
      bump(workspace);
      db.notify(channel, workspace);
    },
    async start(): Promise<void> {
      stopListening = await db.listen(channel, (workspace) => {
        // After a re-connect anything may have changed.
        if (workspace === '') base += 1;
        else bump(workspace);
      });
    },
    stop: (): void => stopListening?.(),
  };
}
