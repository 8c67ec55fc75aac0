// What tools of MCP servers looked like when an admin approved them, beside what they look like
// now. A tool that differs is in quarantine until somebody approves what it has become.
import type { Clock, Log } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { ActionClass } from '../action.ts';
import type { Changes } from '../changes.ts';
import type { ToolList } from './definition.ts';
import * as sql from './upstreams.sql.ts';

export interface StoredTool {
  upstream: string;
  name: string;
  seen: string;
  seenDigest: string;
  seenAt: number;
  gone: boolean;
  pinned: string | null;
  pinnedDigest: string | null;
  class: ActionClass | null;
  listed: boolean;
  approvedBy: string | null;
  approvedAt: number | null;
}

export type ToolState = 'new' | 'approved' | 'quarantined' | 'gone';

export function stateOf({ gone, pinnedDigest, seenDigest }: StoredTool): ToolState {
  if (gone) return 'gone';
  if (pinnedDigest === null) return 'new';
  return pinnedDigest === seenDigest ? 'approved' : 'quarantined';
}

export interface PinsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  changes: Changes;
}

export interface Place {
  workspace: string;
  name: string;
}

export type Pins = ReturnType<typeof createPins>;

export function createPins({ db, clock, log, changes }: PinsDeps) {
  return {
    /**
     * Keeps what a server lists. `isWhole`: what is missing is gone; else it may only be hidden
     * from this person. Tells everybody when lists change by it.
     */
    async see(
      { workspace, name }: Place,
      { tools, isWhole }: { tools: ToolList; isWhole: boolean },
    ): Promise<void> {
      const seen = [...tools.seen.values()];
      let news = 0;
      for (const tool of seen) {
        const row = [workspace, name, tool.name, tool.text, tool.digest, clock.now()];
        const found = await db.row<{ pinnedDigest: string | null }>(sql.upsertSeen, row);
        if (!found) continue;
        news += 1;
        if (found.pinnedDigest === null || found.pinnedDigest === tool.digest) continue;
        const facts = { workspace, service: name, tool: tool.name };
        log.warn('a tool changed its definition and is in quarantine', facts);
      }
      if (isWhole) {
        const names = seen.map((tool) => tool.name);
        const gone = await db.rows(sql.updateGone, [workspace, name, names]);
        await db.run(sql.updateUnusable, [workspace, name, JSON.stringify(tools.unusable)]);
        news += gone.length;
      }
      if (news > 0) changes.changed(workspace);
    },

    /** Of every server of a workspace. */
    of: (workspace: string): Promise<StoredTool[]> =>
      db.rows<StoredTool>(sql.selectTools, [workspace]),
  };
}
