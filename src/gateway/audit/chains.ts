// Stores rows of calls that are over, each linked to the one before it. A process writes one chain
// for each workspace and day, in batches and from memory, so that no call waits for another one.
import { type Clock, createBatcher, newId } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './audit.sql.ts';
import { type AuditContent, type AuditRow, hashOf, noHash } from './row.ts';
import { dayMs, sumsOf } from './throughput.ts';
import { addBuckets } from './throughput.sql.ts';

/** Hashing them takes 10 µs each, and nobody else is served meanwhile. */
const maxRows = 100;
const maxParts = 20;

interface Head {
  chain: string;
  /** Days since the epoch; the next day has a chain of its own, so that old ones go whole. */
  day: number;
  seq: number;
  hash: string;
}

export interface ChainsDeps {
  db: Database;
  clock: Clock;
  /** After the commit, with the rows that were stored. */
  stored: (rows: readonly AuditContent[]) => void;
}

export type Chains = ReturnType<typeof createChains>;

/** Links rows in their order; `heads` is brought forward, and chains that it lacks are opened. */
function link(rows: readonly AuditContent[], heads: Map<string, Head>, day: number) {
  const opened: { id: string; workspace: string }[] = [];
  const linked = rows.map((content): AuditRow => {
    const { workspace } = content;
    let head = heads.get(workspace);
    if (head?.day !== day) {
      head = { chain: newId(), day, seq: 0, hash: noHash };
      opened.push({ id: head.chain, workspace });
    }
    const { chain } = head;
    const row = { ...content, chain, seq: head.seq + 1, prevHash: head.hash, rowHash: null };
    const rowHash = hashOf(row);
    heads.set(workspace, { chain, day, seq: row.seq, hash: rowHash });
    return { ...row, rowHash };
  });
  return { linked, opened };
}

export function createChains({ db, clock, stored }: ChainsDeps) {
  let heads = new Map<string, Head>();
  /** The last write failed, perhaps after its commit: what it wrote is looked for first. */
  let isInDoubt = false;

  async function missing(rows: readonly AuditContent[]): Promise<readonly AuditContent[]> {
    const ids = rows.map(({ id }) => id);
    const known = await db.rows<{ id: string }>(sql.selectSealed, [ids]);
    const sealed = new Set(known.map(({ id }) => id));
    return rows.filter(({ id }) => !sealed.has(id));
  }

  async function write(batches: readonly AuditContent[][]): Promise<undefined[]> {
    const given = batches.flat();
    const rows = isInDoubt ? await missing(given) : given;
    if (rows.length === 0) return batches.map(() => undefined);
    // A chain that was left in doubt goes on no more.
    const next = new Map(isInDoubt ? [] : heads);
    const { linked, opened } = link(rows, next, Math.floor(clock.now() / dayMs));
    try {
      await db.transaction(async (queries) => {
        if (opened.length > 0) {
          await queries.run(sql.insertChains, [JSON.stringify(opened), clock.now()]);
        }
        const done = await queries.rows(sql.sealRows, [JSON.stringify(linked)]);
        // Somebody held one for lost and gave it a place: with a gap the chain would be broken.
        if (done.length < linked.length) throw new Error('a row has its place already');
        await queries.run(addBuckets, [JSON.stringify(sumsOf(rows))]);
      });
    } catch (error) {
      isInDoubt = true;
      throw error;
    }
    heads = next;
    isInDoubt = false;
    stored(rows);
    return batches.map(() => undefined);
  }

  const batcher = createBatcher<AuditContent[], undefined>(write, {
    maxItems: maxParts,
    writers: 1,
  });

  return {
    /** Resolves when all are stored. Ones that have their place already stay as they are. */
    async add(rows: readonly AuditContent[]): Promise<void> {
      const parts: Promise<undefined>[] = [];
      for (let from = 0; from < rows.length; from += maxRows) {
        parts.push(batcher.add(rows.slice(from, from + maxRows)));
      }
      await Promise.all(parts);
    },
    drain: batcher.drain,
  };
}
