// Tells open streams when the tools of their caller have changed: a signal of the engine or of
// identity, of this process or another, then one look at the list, so that nobody hears of what
// does not concern them. A stream whose token no longer counts is ended.
import type { Clock, Log } from '../../base/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { McpHttpRequest } from './http-messages.ts';

/** What comes in a burst (a deploy of many scripts) is told once. */
const mergeMs = 500;

export interface Watcher {
  /** The tools have changed. */
  changed: () => void;
  /** The caller may not look any more. */
  lost: () => void;
}

export interface ListChanges {
  /** Watches for the caller of a request, in its workspace; the answer ends it. */
  watch(http: McpHttpRequest & { workspace: string }, watcher: Watcher): Promise<() => void>;
  stop(): void;
}

export interface ListChangeDeps {
  clock: Clock;
  log: Log;
  catalogue: Catalogue;
  /** Calls with the workspace whose lists may have changed; null: any. */
  onToolsChanged: (listener: (workspace: string | null) => void) => () => void;
}

interface Watching {
  workspace: string;
  look: () => Promise<void>;
}

export function createListChanges(deps: ListChangeDeps): ListChanges {
  const { clock, log, catalogue } = deps;
  const watching = new Set<Watching>();
  const due = new Set<Watching>();
  let stopTimer: (() => void) | undefined;
  let stopListening: (() => void) | undefined;

  async function lookAtAll(): Promise<void> {
    const now = [...due];
    due.clear();
    // One after the other: a burst must not read every list at once.
    for (const one of now) {
      try {
        if (watching.has(one)) await one.look();
      } catch (error) {
        log.error('a list of tools could not be read for its change', { error });
      }
    }
  }

  function signalled(workspace: string | null): void {
    for (const one of watching) {
      if (workspace === null || one.workspace === workspace) due.add(one);
    }
    if (due.size === 0 || stopTimer) return;
    stopTimer = clock.after(mergeMs, () => {
      stopTimer = undefined;
      void lookAtAll();
    });
  }

  return {
    async watch(http, { changed, lost }) {
      const { workspace } = http;
      stopListening ??= deps.onToolsChanged(signalled);
      let { head } = await catalogue.of(http.caller, workspace);
      const one: Watching = {
        workspace,
        async look() {
          const caller = await http.callerIn(workspace).catch(() => undefined);
          if (!caller?.membership && !caller?.superAdmin) return lost();
          const next = await catalogue.of(caller, workspace);
          if (next.head.plain.equals(head.plain)) return;
          ({ head } = next);
          changed();
        },
      };
      watching.add(one);
      return () => watching.delete(one);
    },
    stop() {
      stopListening?.();
      stopTimer?.();
    },
  };
}
