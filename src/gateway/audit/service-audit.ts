// The log of service calls while they happen. A change has its row before it goes out and is
// refused without one; rows of reads are written behind. What a process left is marked unknown.
import { createHmac, type KeyObject } from 'node:crypto';
import {
  canonicalJson,
  type Clock,
  createBatcher,
  type Log,
  monotonicMs,
  type SlowTick,
} from '../../base/index.ts';
import type { AnyOperation } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { refusal } from '../reasons.ts';
import { type AnchorKey, anchorKey } from './anchor.ts';
import { createAnchors } from './anchors.ts';
import * as sql from './audit.sql.ts';
import { createBehind } from './behind.ts';
import { contentTypes, type ExportFormat, exportText } from './export.ts';
import { createChains } from './chains.ts';
import { serviceAuditOperations } from './operations/index.ts';
import { createReader, type People, type Selection } from './reader.ts';
import {
  type AuditContent,
  type AuditRow,
  type CallFacts,
  type CallOutcome,
  endedRow,
  startedRow,
} from './row.ts';
import { type Changes, createSettings } from './settings.ts';
import { createAlerts, type ThroughputAlert } from './throughput.ts';
import { createVerifier } from './verify.ts';

/** A change does not wait longer than this for its row: it is refused. */
const storeWithinMs = 5000;
/** Without a sign of its process for this long, a call that is under way counts as lost. */
const leaseMs = 120_000;
const lookEveryMs = 30_000;

export interface AuditHandle {
  /** Of the row, for who was refused. */
  readonly id: string;
  /** Once; stores how it ended, for a change before the answer leaves. Never throws. */
  complete(outcome: CallOutcome): Promise<void>;
}

export interface ServiceAuditDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  /** 32 bytes for one purpose, the same in every process of this installation. */
  deriveKey: (purpose: string) => Promise<Buffer>;
  changes: Changes;
  people: People;
  /** Tells people of an alert, once in all processes; the log has it in any case. */
  alerted?: (alert: ThroughputAlert) => Promise<void> | void;
}

export type ExportWanted = Selection & { format: ExportFormat };

export interface Exported {
  contentType: string;
  text: AsyncGenerator<string>;
}

export interface ServiceAudit {
  operations: AnyOperation[];
  /**
   * Notes that a call begins. For `write` and `high_risk` its row is stored when this resolves.
   * Throws the refusal `audit_unavailable` when it cannot be, and then there is no call to end.
   */
  begin(facts: CallFacts): Promise<AuditHandle>;
  /** Rows that wait to be stored, and for how long the first of them has. */
  lag(): { rows: number; ms: number };
  /** The rows that `serviceAudit.export` let somebody take, as text, a page at a time. */
  exported(workspace: string, wanted: ExportWanted): Exported;
  start(): void;
  /** Stores what is still waiting. Before the database closes. */
  stop(): Promise<void>;
}

const changesSomething = ({ class: kind }: { class: string | null }): boolean =>
  kind === 'write' || kind === 'high_risk';

/** Read back from the database, without its place. */
function asUnknown(row: AuditContent): AuditContent {
  const { chain: _c, seq: _s, prevHash: _p, rowHash: _r, ...content } = row as AuditRow;
  return { ...content, decision: 'unknown' };
}

function unavailable(cause?: unknown) {
  return refusal('audit_unavailable', 'This call cannot be recorded, so it was not made.', {
    hint: 'Try again later; an admin of the server finds the cause in its log.',
    ...(cause !== undefined && { cause }),
  });
}

const nothingWaits = (): void => undefined;

export function createServiceAudit(deps: ServiceAuditDeps): ServiceAudit {
  const { db, clock, tick, log, deriveKey, alerted = nothingWaits } = deps;
  const settings = createSettings(deps);
  const alerts = createAlerts({ db, clock, log, settingsOf: settings.of, alerted });
  const chains = createChains({ db, clock, stored: alerts.saw });
  const behind = createBehind({ clock, log, store: chains.add });
  const begun = createBatcher<AuditContent, undefined>(
    async (rows) => {
      await db.run(sql.insertStarted, [JSON.stringify(rows), clock.now() + leaseMs]);
      return rows.map(() => undefined);
    },
    { maxItems: 500, writers: 2 },
  );
  /** Changes of this process that are under way, and until when they are held. */
  const open = new Map<string, number>();
  const reader = createReader({ db, clock, people: deps.people, flush: behind.flush });
  const key = async (): Promise<AnchorKey> =>
    anchorKey(await deriveKey('anchors of service calls'));
  const anchors = createAnchors({ db, clock, tick, log, key, settingsOf: settings.of });
  const publicKey = async (): Promise<KeyObject> => (await key()).public;
  const verify = createVerifier({ db, publicKey, flush: behind.flush });
  let hashKey: Promise<Buffer> | undefined;
  let stopLooking: (() => Promise<void>) | undefined;

  /** Keyed, because short parameters could be guessed from a plain hash. */
  async function requestOf({ service, action, params }: CallFacts) {
    hashKey ??= deriveKey('hashes of service calls').catch((error: unknown) => {
      hashKey = undefined;
      throw error;
    });
    const said = canonicalJson([service, action, params]);
    const hash = createHmac('sha256', await hashKey)
      .update(said)
      .digest('hex')
      .slice(0, 32);
    return { requestHash: hash, bytesIn: Buffer.byteLength(said) };
  }

  async function inTime(work: Promise<unknown>): Promise<void> {
    let cancel = nothingWaits;
    const late = new Promise<never>((_, reject) => {
      cancel = clock.after(storeWithinMs, () => reject(new Error('the database takes too long')));
    });
    await Promise.race([work, late]).finally(() => cancel());
  }

  /** The refusal is a row too, as soon as there is a place for it. */
  async function refuse(started: AuditContent, cause: unknown): Promise<never> {
    log.error('a service call could not be recorded', { id: started.id, error: cause });
    const outcome: CallOutcome = { decision: 'refused', reasonCode: 'audit_unavailable' };
    await behind.add(endedRow(started, outcome, 0));
    throw unavailable(cause);
  }

  async function admit(started: AuditContent): Promise<void> {
    if (changesSomething(started)) {
      await inTime(begun.add(started));
      return void open.set(started.id, clock.now() + leaseMs);
    }
    if (behind.isWell() || (await settings.of(started.workspace)).readsWithoutAudit) return;
    if (!(await behind.works())) throw new Error('rows of earlier calls could not be stored');
  }

  async function end(row: AuditContent): Promise<void> {
    if (!changesSomething(row)) return behind.add(row);
    try {
      await inTime(chains.add([row]));
    } catch (error) {
      log.error('the end of a service call could not be recorded', { id: row.id, error });
      await behind.add(row);
    } finally {
      open.delete(row.id);
    }
  }

  /** Holds what is under way here, and takes over what nobody holds any more. */
  async function look(): Promise<void> {
    const now = clock.now();
    const old = [...open].filter(([, until]) => until < now + leaseMs - lookEveryMs);
    if (old.length > 0) {
      await db.run(sql.renewLeases, [old.map(([id]) => id), now + leaseMs]);
      for (const [id] of old) if (open.has(id)) open.set(id, now + leaseMs);
    }
    const lost = await db.rows<AuditContent>(sql.selectLost, [now]);
    const rows = lost.filter(({ id }) => !open.has(id)).map(asUnknown);
    if (rows.length === 0) return;
    await chains.add(rows);
    log.warn('service calls ended with their process', { count: rows.length });
  }

  return {
    operations: serviceAuditOperations({ settings, reader, anchors, verify, publicKey }),
    async begin(facts) {
      const beganMs = monotonicMs();
      const request = await requestOf(facts);
      const started = startedRow(facts, { at: clock.now(), ...request });
      try {
        await admit(started);
      } catch (error) {
        return refuse(started, error);
      }
      return {
        id: started.id,
        complete: (outcome) => end(endedRow(started, outcome, monotonicMs() - beganMs)),
      };
    },
    lag: behind.lag,
    exported: (workspace, { format, ...wanted }) => ({
      contentType: contentTypes[format],
      text: exportText(reader.pages(workspace, wanted), format),
    }),
    start() {
      stopLooking = tick.every({ name: 'service calls', everyMs: lookEveryMs, look });
      anchors.start();
    },
    async stop() {
      await stopLooking?.();
      await anchors.stop();
      await begun.drain();
      await behind.flush();
      await chains.drain();
      await alerts.drain();
    },
  };
}
