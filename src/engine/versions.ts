// Counts the changes of each workspace's scripts, here and in other processes, so that a cached
// tool list knows when it is old.
import type { Database } from '../store/index.ts';

const channel = 'engine_scripts';

export function createVersions(db: Database) {
  const versions = new Map<string, number>();
  const listeners = new Set<(workspace: string | null) => void>();
  let base = 0;
  let stopListening: (() => void) | undefined;
  const bump = (workspace: string): void => {
    versions.set(workspace, (versions.get(workspace) ?? 0) + 1);
    for (const listener of listeners) listener(workspace);
  };
  return {
    /** Changes whenever a list of the workspace may have changed. */
    of: (workspace: string) => `${base}.${versions.get(workspace) ?? 0}`,
    /** Calls with the workspace whose lists may have changed, null for any; answers an end. */
    onChange(listener: (workspace: string | null) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changed(workspace: string): void {
      bump(workspace);
      db.notify(channel, workspace);
    },
    async start(): Promise<void> {
      stopListening = await db.listen(channel, (workspace) => {
        // After a re-connect anything may have changed.
        if (workspace !== '') return bump(workspace);
        base += 1;
        for (const listener of listeners) listener(null);
      });
    },
    stop: (): void => stopListening?.(),
  };
}
