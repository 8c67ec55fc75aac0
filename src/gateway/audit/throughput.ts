// How much goes through, for each person, action and client, by the hour and the day; and the alert
// when somebody gets more in an hour than their workspace finds usual.
import type { Clock, Log } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { AuditContent } from './row.ts';
import type { AuditSettings } from './settings.ts';
import * as sql from './throughput.sql.ts';

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
const megabyte = 1_000_000;

const lengths = { hour: hourMs, day: dayMs };
export const bucketKinds = ['hour', 'day'] as const;

/** What one person got of one action through one client and actor in an hour or a day. */
export interface Sum {
  workspace: string;
  kind: (typeof bucketKinds)[number];
  startsAt: number;
  subject: string;
  service: string;
  action: string;
  client: string;
  /** Who acted for the person; empty: they themselves. */
  actor: string;
  calls: number;
  bytesIn: number;
  bytesOut: number;
  failedCalls: number;
  failedBytes: number;
  firstAt: number;
  lastAt: number;
}

const startOf = (at: number, lengthMs: number): number => at - (at % lengthMs);

function add(sum: Sum, row: AuditContent): void {
  sum.calls += 1;
  sum.bytesIn += row.bytesIn;
  sum.bytesOut += row.bytesOut;
  if (row.decision !== 'allowed') {
    sum.failedCalls += 1;
    sum.failedBytes += row.bytesOut;
  }
  sum.firstAt = Math.min(sum.firstAt, row.at);
  sum.lastAt = Math.max(sum.lastAt, row.at);
}

/** What to add to the buckets for these rows, each bucket once, in one fixed order. */
export function sumsOf(rows: readonly AuditContent[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    for (const kind of bucketKinds) {
      const { workspace, service, action } = row;
      const startsAt = startOf(row.at, lengths[kind]);
      const subject = row.subject ?? '';
      const client = row.client ?? '';
      const actor = row.actor ?? '';
      const parts = { workspace, kind, startsAt, subject, service, action, client, actor };
      const key = JSON.stringify(Object.values(parts));
      const zero = { calls: 0, bytesIn: 0, bytesOut: 0, failedCalls: 0, failedBytes: 0 };
      const sum = sums.get(key) ?? { ...parts, ...zero, firstAt: row.at, lastAt: row.at };
      add(sum, row);
      sums.set(key, sum);
    }
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** Somebody got more in an hour than the workspace finds usual. */
export interface ThroughputAlert {
  workspace: string;
  /** Id of the account. */
  subject: string;
  /** Beginning of the hour. */
  startsAt: number;
  bytesOut: number;
  limitBytes: number;
}

type About = Pick<ThroughputAlert, 'workspace' | 'startsAt' | 'subject'>;

export interface AlertsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  settingsOf: (workspace: string) => Promise<AuditSettings>;
  /** Tells people, once for each person and hour in all processes. */
  alerted: (alert: ThroughputAlert) => Promise<void>;
}

export type Alerts = ReturnType<typeof createAlerts>;

export function createAlerts({ db, clock, log, settingsOf, alerted }: AlertsDeps) {
  /** Those of the hour that were told of here. */
  let told = new Set<string>();
  let hour = 0;
  /** Whom to look at next: who comes while a look is under way shares the one after it. */
  let waiting = new Map<string, About>();
  let looking: Promise<void> | undefined;

  async function look(abouts: readonly About[]): Promise<void> {
    const wanted: (About & { limitBytes: number })[] = [];
    for (const about of abouts) {
      const { alertMbPerHour } = await settingsOf(about.workspace);
      if (alertMbPerHour > 0) wanted.push({ ...about, limitBytes: alertMbPerHour * megabyte });
    }
    if (wanted.length === 0) return;
    const values = [JSON.stringify(wanted), clock.now()];
    for (const alert of await db.rows<ThroughputAlert>(sql.insertAlerts, values)) {
      told.add(JSON.stringify([alert.workspace, alert.startsAt, alert.subject]));
      log.warn('somebody got unusually much out of services', { ...alert });
      await alerted(alert);
    }
  }

  async function lookAtAll(): Promise<void> {
    while (waiting.size > 0) {
      const ordered = [...waiting].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
      waiting = new Map();
      try {
        await look(ordered);
      } catch (error) {
        log.error('throughput was not looked at', { error });
      }
    }
    looking = undefined;
  }

  return {
    /** Looks at whom these rows are about, beside the calls. */
    saw(rows: readonly AuditContent[]): void {
      const now = startOf(clock.now(), hourMs);
      if (now !== hour) told = new Set();
      hour = now;
      for (const { workspace, at, subject, bytesOut } of rows) {
        if (subject === null || bytesOut === 0) continue;
        const startsAt = startOf(at, hourMs);
        const key = JSON.stringify([workspace, startsAt, subject]);
        if (!told.has(key)) waiting.set(key, { workspace, startsAt, subject });
      }
      if (waiting.size > 0) looking ??= lookAtAll();
    },
    drain: async (): Promise<void> => looking,
  };
}
