// Once a day, for each workspace: signs where the chains stand, so that nothing can be cut off
// their ends unseen, and deletes those that are older than the workspace keeps. A chain that
// somebody changed is never deleted: it stays as it was found.
import type { Clock, Log, SlowTick } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { type Anchor, type AnchorKey, type ChainState, signed, type Unsigned } from './anchor.ts';
import * as sql from './audit.sql.ts';
import { noHash } from './row.ts';
import type { AuditSettings } from './settings.ts';
import { dayMs, hourMs } from './throughput.ts';
import { pruneAlerts, pruneBuckets } from './throughput.sql.ts';
import { attestedBy, walkChain } from './verify.ts';

const pruneAtOnce = 1000;
/** Sums of days are few, and people compare years. */
const daysKeptMs = 800 * dayMs;

export interface AnchorsDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  key: () => Promise<AnchorKey>;
  settingsOf: (workspace: string) => Promise<AuditSettings>;
}

interface Opened {
  id: string;
  openedAt: number;
}

export type Anchors = ReturnType<typeof createAnchors>;

export function createAnchors({ db, clock, tick, log, key, settingsOf }: AnchorsDeps) {
  let stopLooking: (() => Promise<void>) | undefined;

  /** Chains that may have gone on since the last anchor: each is written for a day at most. */
  async function statesSince(workspace: string, sinceAt: number): Promise<ChainState[]> {
    const opened = await db.rows<Opened>(sql.selectChains, [workspace, sinceAt - 2 * dayMs]);
    return db.rows<ChainState>(sql.selectHeads, [opened.map(({ id }) => id)]);
  }

  /** Chains of which every row is old enough, and none was changed. */
  async function expired(workspace: string, cutoffAt: number): Promise<string[]> {
    const opened = await db.rows<Opened>(sql.selectChains, [workspace, 0]);
    const old = opened.filter(({ openedAt }) => openedAt < cutoffAt - dayMs);
    if (old.length === 0) return [];
    const { states } = await attestedBy(db, workspace, (await key()).public);
    const sound: string[] = [];
    for (const { id } of old) {
      const { broken } = await walkChain(db, id, states.get(id) ?? []);
      if (!broken) sound.push(id);
      else log.error('rows of service calls were changed; their chain is kept', { ...broken });
    }
    return sound;
  }

  /** A server that ends in between goes on with the rest the next day. */
  async function deletePurged(workspace: string): Promise<void> {
    const { purged } = await attestedBy(db, workspace, (await key()).public);
    const opened = await db.rows<Opened>(sql.selectChains, [workspace, 0]);
    for (const { id } of opened.filter((one) => purged.has(one.id))) {
      while ((await db.run(sql.pruneRows, [id, pruneAtOnce])) > 0);
      await db.run(sql.deleteChain, [id]);
    }
  }

  /** Signs where the chains stand and deletes what is too old; undefined: another just did. */
  async function anchor(workspace: string): Promise<Anchor | undefined> {
    const { retentionDays } = await settingsOf(workspace);
    const now = clock.now();
    const cutoffAt = now - retentionDays * dayMs;
    const last = await db.row<Anchor>(sql.selectLastAnchor, [workspace]);
    const unsigned: Unsigned = {
      number: (last?.number ?? 0) + 1,
      at: now,
      chains: await statesSince(workspace, last?.at ?? 0),
      purged: await expired(workspace, cutoffAt),
      prevHash: last?.hash ?? noHash,
    };
    const made = signed(workspace, unsigned, await key());
    const { number, at, chains, purged, prevHash, hash, signature } = made;
    const values = [workspace, number, at, JSON.stringify(chains), JSON.stringify(purged)];
    const stored = await db.run(sql.insertAnchor, [...values, prevHash, hash, signature]);
    if (stored === 0) return undefined;
    // Whoever keeps the log elsewhere can show that later anchors were taken away.
    log.info('service calls were anchored', { workspace, number, hash });
    await deletePurged(workspace);
    await db.run(pruneBuckets, [workspace, 'hour', cutoffAt]);
    await db.run(pruneBuckets, [workspace, 'day', now - daysKeptMs]);
    await db.run(pruneAlerts, [workspace, cutoffAt]);
    return made;
  }

  async function look(): Promise<void> {
    const today = Math.floor(clock.now() / dayMs);
    for (const { workspace } of await db.rows<{ workspace: string }>(sql.selectWorkspaces)) {
      const last = await db.row<Anchor>(sql.selectLastAnchor, [workspace]);
      if (last && Math.floor(last.at / dayMs) >= today) continue;
      await anchor(workspace);
    }
  }

  return {
    anchor,
    start(): void {
      stopLooking = tick.every({ name: 'anchors of service calls', everyMs: hourMs, look });
    },
    stop: async (): Promise<void> => stopLooking?.(),
  };
}
