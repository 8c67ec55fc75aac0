// Credentials as they were read and opened lately, so that a call costs no query. Nothing is
// believed for longer than two seconds, nor after a change that any process tells of.
import type { Clock } from '../../base/index.ts';
import { createRevisions, type Database } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import * as sql from './credentials.sql.ts';
import { everybody, type Owner, useOf } from './owner.ts';
import type { Connection } from './renewal.ts';

const trustMs = 2000;
const maxKept = 5000;

interface Kept {
  row: Connection;
  revision: string;
  readAt: number;
}

export type CredentialCache = ReturnType<typeof createCredentialCache>;

export function createCredentialCache(deps: { db: Database; clock: Clock; sealer: Sealer }) {
  const { db, clock, sealer } = deps;
  const changes = createRevisions(db, 'gateway_credentials');
  /** The ones that were read longest ago first. */
  const kept = new Map<string, Kept>();
  /** Their clear texts live as long as they do. */
  const opened = new WeakMap<Connection, Promise<string | undefined>>();

  const keyOf = (owner: Owner): string =>
    JSON.stringify([owner.workspace, owner.service, owner.userId]);

  const isTrusted = ({ readAt }: Kept): boolean => Math.abs(clock.now() - readAt) < trustMs;

  function keep(key: string, fresh: Kept): void {
    kept.delete(key);
    kept.set(key, fresh);
    for (const [old, one] of kept) {
      if (kept.size <= maxKept && isTrusted(one)) return;
      kept.delete(old);
    }
  }

  async function read(owner: Owner): Promise<Connection | undefined> {
    const { workspace, service, userId } = owner;
    // Before the query: what changes while it runs makes it old.
    const revision = changes.revision(workspace);
    const readAt = clock.now();
    const values = [workspace, service, userId, everybody];
    const row = await db.row<Connection>(sql.selectCredential, values);
    if (row) keep(keyOf(owner), { row, revision, readAt });
    else kept.delete(keyOf(owner));
    return row;
  }

  return {
    /** The person's own, or the one that all share. That there is none is looked up each time. */
    async of(owner: Owner): Promise<Connection | undefined> {
      const known = kept.get(keyOf(owner));
      const isNew = known?.revision === changes.revision(owner.workspace);
      return known && isNew && isTrusted(known) ? known.row : read(owner);
    },

    /** As it is stored at this moment. */
    read,

    /** Its secret, or its tokens as JSON; undefined when it cannot be opened any more. */
    open({ workspace, service }: Owner, row: Connection): Promise<string | undefined> {
      const known = opened.get(row);
      if (known) return known;
      const use = useOf({ service, userId: row.userId });
      const opening = sealer.open(workspace, { use, value: row.sealed });
      opened.set(row, opening);
      opening.catch(() => opened.delete(row));
      return opening;
    },

    /** After the commit. */
    changed: changes.changed,
    start: changes.start,
    stop: changes.stop,
  };
}
