// Scripts that only somebody's own files hold: Windmill's command line sends what it has edited, so
// that previews and locks import that instead of what is deployed. They are kept for a day.
import { AppError, type Clock, sha256 } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { deleteOldLocals, selectLocal, selectSame, upsertLocal } from './local.sql.ts';

const keptMs = 24 * 60 * 60 * 1000;

/** By path: the SHA-256 of the content that an import of it means. */
export type LocalScripts = Readonly<Record<string, string>>;

export interface LocalDeps {
  db: Database;
  clock: Clock;
  /** Refuses callers who may not bring code to this machine. */
  mayBringCode: (call: Call) => void;
}

/** What a local script holds; throws `unprocessable` when it is not kept any more. */
export async function localContent(
  db: Database,
  call: Call,
  { path, hash }: { path: string; hash: string },
): Promise<string> {
  const row = await db.row<{ content: string }>(selectLocal, [workspaceOf(call), hash]);
  if (row) return row.content;
  throw new AppError('unprocessable', `The local script ${path} (${hash}) is not stored here.`, {
    hint: 'Store it with scripts.storeLocal; it is kept for a day.',
  });
}

export function createLocalScripts({ db, clock, mayBringCode }: LocalDeps) {
  return {
    /** Answers the hash that names it. */
    async storeLocal(call: Call, content: string): Promise<{ hash: string }> {
      mayBringCode(call);
      const hash = sha256(content);
      const now = clock.now();
      await db.run(deleteOldLocals, [now - keptMs]);
      await db.run(upsertLocal, [workspaceOf(call), hash, content, now]);
      return { hash };
    },

    /** The paths where other content is deployed, or none that the caller may read. */
    async differing(call: Call, scripts: LocalScripts): Promise<string[]> {
      const { all, owners, principals } = readableBy(call.caller);
      const asked = [Object.keys(scripts), Object.values(scripts)];
      const values = [workspaceOf(call), all, owners, principals, ...asked];
      const same = await db.rows<{ path: string }>(selectSame, values);
      const known = new Set(same.map(({ path }) => path));
      return Object.keys(scripts).filter((path) => !known.has(path));
    },
  };
}
