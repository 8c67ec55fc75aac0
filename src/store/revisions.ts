// Counts what changes in each workspace, here and in other processes, so that whatever is cached of
// it knows when it is old.
import type { Database } from './database.ts';

export type Revisions = ReturnType<typeof createRevisions>;

/** `channel`: one for each kind of change; who waits for one hears nothing of the others. */
export function createRevisions(db: Database, channel: string) {
  const revisions = new Map<string, number>();
  const listeners = new Set<(workspace: string | null) => void>();
  let base = 0;
  let stopListening: (() => void) | undefined;
  const bump = (workspace: string): void => {
    revisions.set(workspace, (revisions.get(workspace) ?? 0) + 1);
    for (const listener of listeners) listener(workspace);
  };
  return {
    /** Another text whenever something of the workspace may have changed. */
    revision: (workspace: string): string => `${base}.${revisions.get(workspace) ?? 0}`,
    /** Hears the workspace that may have changed, null for any; answers an end. */
    onChange(listener: (workspace: string | null) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** After the commit. */
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
