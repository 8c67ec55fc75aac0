// What an audit row holds, and the port that stores it. One shape for success and refusal.
import type { Flight } from './invoke.ts';

/** What a call did to what it was about. */
export const auditKinds = ['create', 'update', 'delete', 'execute'] as const;

/** A row as it is read. */
export interface StoredAuditRow extends AuditRow {
  /** Counts up; clients of Windmill know a row by it. */
  number: number;
  kind: (typeof auditKinds)[number];
}

export interface AuditRow {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  workspace: string | null;
  email: string;
  username: string;
  callerKind: string;
  tokenPrefix: string | null;
  jobId: string | null;
  surface: string;
  operation: string;
  risk: string;
  /** The path, hash or id that the call was about. */
  target: string | null;
  outcome: 'ok' | 'refused' | 'failed';
  /** The error's code; null on success. */
  code: string | null;
  durationMs: number;
  /** Calls that the row stands for: more than one where many were refused. */
  times: number;
  causedBy: string | null;
}

export interface AuditSink {
  /**
   * Notes that a call began. The returned function ends it: for `write` and `high_risk` it
   * resolves only when the row is stored; reads are written behind in batches.
   */
  start(flight: Flight): (error: unknown) => Promise<void>;
  /** Stores what is still waiting. */
  drain(): Promise<void>;
}
