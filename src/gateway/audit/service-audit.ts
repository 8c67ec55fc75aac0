// The log of service calls while they happen. A change has its row before it goes out and is
// refused without one; rows of reads are written behind. What a process left is marked unknown.
import type { KeyObject } from 'node:crypto';
import {
  canonicalJson,
  type Clock,
  createBatcher,
  type Log,
  type Metrics,
  monotonicMs,
  sha256,
  type SlowTick,
} from '../../base/index.ts';
import type { AnyOperation } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { refusal } from '../reasons.ts';
import type { Sealer } from '../sealer.ts';
import { type AlertSenderDeps, createAlertSender } from './alert-sender.ts';
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
import { createAlerts } from './throughput.ts';
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
  metrics: Metrics;
  /** 32 bytes for one purpose, the same in every process of this installation. */
  deriveKey: (purpose: string) => Promise<Buffer>;
  changes: Changes;
  people: People;
  egress: AlertSenderDeps['egress'];
  sealer: Sealer;
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

/** Names that nobody knows are not counted by name: anybody could make up any number of them. */
function countCalls(metrics: Metrics, lag: () => { rows: number; ms: number }) {
  const about = 'Calls of services that were not done.';
  const errors = metrics.counter('millrace_service_errors_total', about, ['service', 'error_type']);
  const waiting = 'Rows of service calls that wait to be stored.';
  metrics.gauge('millrace_audit_waiting_rows', waiting, () => lag().rows);
  const lagging = 'For how long the first of them has waited.';
  metrics.gauge('millrace_audit_lag_seconds', lagging, () => lag().ms / 1000);
  return ({ service, class: kind }: AuditContent, { decision, reasonCode }: CallOutcome): void => {
    if (decision === 'allowed') return;
    errors.add(kind === null ? 'unknown' : service, reasonCode ?? decision);
  };
}

const nothingWaits = (): void => undefined;

export function createServiceAudit(deps: ServiceAuditDeps): ServiceAudit {
  const { db, clock, tick, log, metrics, deriveKey } = deps;
  const settings = createSettings(deps);
  const alerted = createAlertSender({ ...deps, settings });
  const alerts = createAlerts({ db, clock, log, settingsOf: settings.of, alerted });
  /** Changes of this process that have no end in the database, and until when they are held. */
  const open = new Map<string, number>();
  const close = (rows: readonly AuditContent[]): void => rows.forEach(({ id }) => open.delete(id));
  const chains = createChains({
    db,
    clock,
    stored(rows) {
      close(rows);
      alerts.saw(rows);
    },
  });
  const behind = createBehind({ clock, log, store: chains.add, dropped: close });
  const begun = createBatcher<AuditContent, undefined>(
    async (rows) => {
      await db.run(sql.insertStarted, [JSON.stringify(rows), clock.now() + leaseMs]);
      return rows.map(() => undefined);
    },
    { maxItems: 500, writers: 1 },
  );
  const reader = createReader({ db, clock, people: deps.people, flush: behind.flush });
  const key = async (): Promise<AnchorKey> =>
    anchorKey(await deriveKey('anchors of service calls'));
  const anchors = createAnchors({ db, clock, tick, log, key, settingsOf: settings.of });
  const publicKey = async (): Promise<KeyObject> => (await key()).public;
  const verify = createVerifier({ db, publicKey, flush: behind.flush });
  const count = countCalls(metrics, behind.lag);
  let hashKey: Promise<string> | undefined;
  let stopLooking: (() => Promise<void>) | undefined;

  async function readHashKey(): Promise<string> {
    try {
      return (await deriveKey('hashes of service calls')).toString('hex');
    } catch (error) {
      // The next call tries again.
      hashKey = undefined;
      throw error;
    }
  }

  /** Keyed, because short parameters could be guessed from a plain hash. */
  async function requestOf({ service, action, params }: CallFacts) {
    hashKey ??= readHashKey();
    const said = canonicalJson([service, action, params]);
    // Half of the hash: without the key nobody can go on with it.
    const requestHash = sha256(`${await hashKey}${said}`).slice(0, 32);
    return { requestHash, bytesIn: Buffer.byteLength(said) };
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
        complete(outcome) {
          count(started, outcome);
          return end(endedRow(started, outcome, monotonicMs() - beganMs));
        },
      };
    },
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
