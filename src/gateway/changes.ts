// Tells every process when the gateway of a workspace changed: what is cached of it is read anew.
import type { Database } from '../store/index.ts';

export type Changes = ReturnType<typeof createChanges>;

/** `channel`: one for what tool lists depend on; others keep what they cache apart from it. */
export function createChanges(db: Database, channel = 'gateway_changed') {
  const revisions = new Map<string, number>();
  const listeners = new Set<(workspace: string | null) => void>();
  let base = 0;
  let stopListening: (() => void) | undefined;

  const bump = (workspace: string): void => {
    revisions.set(workspace, (revisions.get(workspace) ?? 0) + 1);
    for (const listener of listeners) listener(workspace);
  };

  return {
    /** Changes with everything that calls and lists of the workspace depend on. */
    revision: (workspace: string): string => `${base}.${revisions.get(workspace) ?? 0}`,
    /** Hears the workspace that changed, null for any; answers an end. */
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
