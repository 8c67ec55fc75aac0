// Follows the chains of a workspace from their first rows, and names the first row of each that was
// changed, taken away or put in. Anchors say how far a chain went, and which were deleted for age.
import type { KeyObject } from 'node:crypto';
import type { Database } from '../../store/index.ts';
import { type Anchor, anchorHash, type ChainState, isSigned } from './anchor.ts';
import * as sql from './audit.sql.ts';
import { type AuditRow, hashOf, noHash } from './row.ts';
import { dayMs } from './throughput.ts';

const rowsAtOnce = 1000;
const anchorsAtOnce = 100;

export const breaks = [
  'changed',
  'missing',
  'put in',
  'not linked',
  'not as anchored',
  'not signed',
] as const;

/** Where a chain or the anchors are broken. */
export interface Break {
  /** Null: an anchor, or a row outside every chain. */
  chain: string | null;
  /** The place in the chain, or the number of the anchor. */
  seq: number;
  /** The row at this place; null where there is none. */
  id: string | null;
  at: number | null;
  what: (typeof breaks)[number];
}

/** What anchors say: how far chains went, and which are gone for age. */
export interface Attested {
  anchors: number;
  /** When the last of them was made; 0: there is none. */
  at: number;
  states: ReadonlyMap<string, readonly ChainState[]>;
  purged: ReadonlySet<string>;
  broken: Break | undefined;
}

/** Reads every anchor of the workspace; what a broken one and those after it say counts not. */
export async function attestedBy(
  db: Database,
  workspace: string,
  key: KeyObject,
): Promise<Attested> {
  const states = new Map<string, ChainState[]>();
  const purged = new Set<string>();
  let last = { number: 0, hash: noHash, at: 0 };
  const broken = ({ number, at }: Anchor, what: Break['what']): Attested => {
    const of = { chain: null, seq: number, id: null, at };
    return { anchors: last.number, at: last.at, states, purged, broken: { ...of, what } };
  };
  for (;;) {
    const values = [workspace, last.number, anchorsAtOnce];
    const anchors = await db.rows<Anchor>(sql.selectAnchors, values);
    for (const anchor of anchors) {
      if (anchor.number !== last.number + 1) return broken(anchor, 'missing');
      if (anchor.prevHash !== last.hash) return broken(anchor, 'not linked');
      if (anchor.hash !== anchorHash(workspace, anchor)) return broken(anchor, 'changed');
      if (!isSigned(anchor, key)) return broken(anchor, 'not signed');
      for (const state of anchor.chains) {
        states.set(state.chain, [...(states.get(state.chain) ?? []), state]);
      }
      for (const chain of anchor.purged) purged.add(chain);
      last = anchor;
    }
    if (anchors.length < anchorsAtOnce) {
      return { anchors: last.number, at: last.at, states, purged, broken: undefined };
    }
  }
}

interface Walked {
  rows: number;
  broken: Break | undefined;
}

/** From the first row to the last; `states` are what anchors say of it. */
export async function walkChain(
  db: Database,
  chain: string,
  states: readonly ChainState[],
): Promise<Walked> {
  let last = { seq: 0, hash: noHash };
  const anchored = new Map(states.map(({ seq, hash }) => [seq, hash]));
  const wrong = (row: AuditRow): Break['what'] | undefined => {
    if (row.seq !== last.seq + 1) return 'missing';
    if (row.rowHash !== hashOf(row)) return 'changed';
    if (row.prevHash !== last.hash) return 'not linked';
    return (anchored.get(row.seq) ?? row.rowHash) === row.rowHash ? undefined : 'not as anchored';
  };
  for (;;) {
    const rows = await db.rows<AuditRow>(sql.selectLinks, [chain, last.seq, rowsAtOnce]);
    for (const row of rows) {
      const what = wrong(row);
      if (what === 'missing') {
        const broken = { chain, seq: last.seq + 1, id: null, at: null, what };
        return { rows: last.seq, broken };
      }
      if (what) {
        const { id, at, seq } = row;
        return { rows: last.seq, broken: { chain, seq: seq ?? 0, id, at, what } };
      }
      last = { seq: row.seq ?? 0, hash: row.rowHash ?? '' };
    }
    if (rows.length === rowsAtOnce) continue;
    // A chain is opened together with its first row.
    const most = Math.max(1, ...anchored.keys());
    if (last.seq >= most) return { rows: last.seq, broken: undefined };
    const broken = { chain, seq: last.seq + 1, id: null, at: null, what: 'missing' as const };
    return { rows: last.seq, broken };
  }
}

export interface Verdict {
  ok: boolean;
  chains: number;
  rows: number;
  anchors: number;
  /** The first of each broken chain, the oldest chain first; at most 100. */
  broken: Break[];
}

const maxBroken = 100;

export interface VerifierDeps {
  db: Database;
  publicKey: () => Promise<KeyObject>;
  /** Stores what is waiting. */
  flush: () => Promise<void>;
}

export type Verifier = ReturnType<typeof createVerifier>;

export function createVerifier({ db, publicKey, flush }: VerifierDeps) {
  /** Every chain of the workspace; stops when `signal` aborts. */
  return async (workspace: string, signal: AbortSignal): Promise<Verdict> => {
    await flush();
    const attested = await attestedBy(db, workspace, await publicKey());
    const { states, purged } = attested;
    type Opened = { id: string; openedAt: number };
    const opened = await db.rows<Opened>(sql.selectChains, [workspace, 0]);
    const openedAt = new Map(opened.map((one) => [one.id, one.openedAt]));
    const unpurged = [...states.keys()].filter((id) => !purged.has(id));
    const ids = new Set([...opened.map(({ id }) => id), ...unpurged]);
    const broken = attested.broken ? [attested.broken] : [];
    let rows = 0;
    let chains = 0;
    for (const id of ids) {
      if (purged.has(id)) continue;
      signal.throwIfAborted();
      const said = states.get(id);
      const walked = await walkChain(db, id, said ?? []);
      chains += 1;
      rows += walked.rows;
      if (broken.length >= maxBroken) continue;
      if (walked.broken) broken.push(walked.broken);
      // An anchor sees what was opened before it, or at the latest the next one does.
      else if (!said && (openedAt.get(id) ?? 0) < attested.at - dayMs) {
        broken.push({ chain: id, seq: 1, id: null, at: null, what: 'put in' });
      }
    }
    type Stray = { id: string; at: number; seq: number };
    const stray = await db.row<Stray>(sql.selectStray, [workspace]);
    if (stray) broken.push({ chain: null, ...stray, what: 'put in' });
    return { ok: broken.length === 0, chains, rows, anchors: attested.anchors, broken };
  };
}
