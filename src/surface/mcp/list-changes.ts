// Tells open streams when the tools of their caller have changed: a signal of the engine or of
// identity, of this process or another, then one look at the list, so that nobody hears of what
// does not concern them. A stream whose token no longer counts is ended.
import type { Clock, Log } from '../../base/index.ts';
import type { Catalogue } from './catalogue.ts';
import type { McpHttpRequest } from './http-messages.ts';

/** What comes in a burst (a deploy of many scripts) is told once. */
const mergeMs = 500;

export const listKinds = ['tools', 'resources', 'prompts'] as const;
export type ListKind = (typeof listKinds)[number];

export interface Watcher {
  /** The lists to look at. */
  kinds: readonly ListKind[];
  changed: (kind: ListKind) => void;
  /** The caller may not look any more. */
  lost: () => void;
}

export interface ListChanges {
  /** Watches for the caller of a request, at its address; the answer ends it. */
  watch(http: McpHttpRequest, watcher: Watcher): Promise<() => void>;
  stop(): void;
}

export interface ListChangeDeps {
  clock: Clock;
  log: Log;
  catalogue: Catalogue;
  /** Resources and prompts as text, to be compared. */
  listed: (http: McpHttpRequest, kind: 'resources' | 'prompts') => Promise<string>;
  /** Calls with the workspace whose lists may have changed; null: any. */
  onToolsChanged: (listener: (workspace: string | null) => void) => () => void;
}

function isSame(before: string | Buffer | undefined, next: string | Buffer): boolean {
  return Buffer.isBuffer(before) && Buffer.isBuffer(next) ? before.equals(next) : before === next;
}

interface Watching {
  workspace: string | null;
  look: () => Promise<void>;
}

export function createListChanges(deps: ListChangeDeps): ListChanges {
  const { clock, log, catalogue } = deps;
  const watching = new Set<Watching>();
  const due = new Set<Watching>();
  let stopTimer: (() => void) | undefined;
  let stopListening: (() => void) | undefined;

  async function listOf(http: McpHttpRequest, kind: ListKind): Promise<string | Buffer> {
    if (kind !== 'tools') return deps.listed(http, kind);
    return (await catalogue.of(http.caller, http.workspace)).head.plain;
  }

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
      const concerns = workspace === null || one.workspace === null;
      if (concerns || one.workspace === workspace) due.add(one);
    }
    if (due.size === 0 || stopTimer) return;
    stopTimer = clock.after(mergeMs, () => {
      stopTimer = undefined;
      void lookAtAll();
    });
  }

  return {
    async watch(http, { kinds, changed, lost }) {
      const { workspace } = http;
      stopListening ??= deps.onToolsChanged(signalled);
      const known = new Map<ListKind, string | Buffer>();
      for (const kind of kinds) known.set(kind, await listOf(http, kind));
      const one: Watching = {
        workspace,
        async look() {
          const caller = await http.callerIn(workspace).catch(() => undefined);
          const isIn = workspace === null || caller?.membership || caller?.superAdmin;
          if (!caller || !isIn) return lost();
          for (const kind of kinds) {
            const next = await listOf({ ...http, caller }, kind);
            if (isSame(known.get(kind), next)) continue;
            known.set(kind, next);
            changed(kind);
          }
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
