// A row of the log of service calls: what it may hold, made safe to keep, and its link to the row
// before it. Parameters and answers never come in here but as a keyed hash and as sizes.
import { canonicalJson, cutBytes, sha256 } from '../../base/index.ts';

/**
 * - `started`: a change that is under way
 * - `allowed`: done
 * - `refused`: policy or its caller stopped it
 * - `failed`: the service did not do it
 * - `unknown`: the process ended between sending a change and hearing of it
 */
export const decisions = ['started', 'allowed', 'refused', 'failed', 'unknown'] as const;
export type Decision = (typeof decisions)[number];

/** What a call is, before anything happens. */
export interface CallFacts {
  /** Of the call, and so of its row. */
  id: string;
  workspace: string;
  /** The account in whose name it happens; null: nobody’s. */
  subject: string | null;
  /** Who acts for the subject, such as `flow f/team/standup`; null: the person. */
  actor?: string | null;
  delegationId?: string | null;
  grantId?: string | null;
  jobId?: string | null;
  /** Where a delegated call comes from: an address. */
  instance?: string | null;
  service: string;
  action: string;
  /** Null: nobody knows such an action. */
  class: 'read' | 'write' | 'high_risk' | null;
  /** Kept as a keyed hash alone. */
  params: unknown;
  /** Of the action’s definition. */
  schemaHash?: string | null;
  /** Name and version that the client gives itself. */
  client?: string | null;
  causedBy?: string | null;
}

/** What became of it. */
export interface CallOutcome {
  decision: 'allowed' | 'refused' | 'failed';
  reasonCode?: string | null;
  /** The hook that decided. */
  hook?: string | null;
  /** How many values of each kind were hidden. */
  piiCounts?: Readonly<Record<string, number>> | null;
  upstreamMs?: number | null;
  bytesOut?: number;
}

/** A row without its place in a chain. */
export interface AuditContent {
  id: string;
  at: number;
  workspace: string;
  subject: string | null;
  actor: string | null;
  delegationId: string | null;
  grantId: string | null;
  jobId: string | null;
  instance: string | null;
  service: string;
  action: string;
  class: string | null;
  decision: Decision;
  reasonCode: string | null;
  hook: string | null;
  piiCounts: Record<string, number> | null;
  durationMs: number | null;
  upstreamMs: number | null;
  bytesIn: number;
  bytesOut: number;
  client: string | null;
  requestHash: string | null;
  schemaHash: string | null;
  causedBy: string | null;
}

export interface AuditRow extends AuditContent {
  /** Null, with the next three, while the call is under way. */
  chain: string | null;
  /** From 1. */
  seq: number | null;
  prevHash: string | null;
  rowHash: string | null;
}

/** What stands before the first row of a chain. */
export const noHash = '0'.repeat(64);

/** Everything but `rowHash`, in the order in which it is hashed. */
const hashed = [
  'action',
  'actor',
  'at',
  'bytesIn',
  'bytesOut',
  'causedBy',
  'chain',
  'class',
  'client',
  'decision',
  'delegationId',
  'durationMs',
  'grantId',
  'hook',
  'id',
  'instance',
  'jobId',
  'piiCounts',
  'prevHash',
  'reasonCode',
  'requestHash',
  'schemaHash',
  'seq',
  'service',
  'subject',
  'upstreamMs',
  'workspace',
] as const satisfies readonly (keyof AuditRow)[];

/**
 * SHA-256 of the row as it is exported, keys sorted, without `rowHash`: whoever has an export can
 * compute it. This is `canonicalJson` of it, three times as fast.
 */
export function hashOf(row: AuditRow): string {
  const parts = hashed.map((name) => {
    const value = row[name];
    const plain = typeof value === 'object' ? canonicalJson(value) : JSON.stringify(value);
    return `"${name}":${plain}`;
  });
  return sha256(`{${parts.join(',')}}`);
}

/** PostgreSQL stores neither NUL nor half of a surrogate pair; lines stay lines. */
function clean(text: string | null | undefined, maxBytes: number): string | null {
  if (text === null || text === undefined) return null;
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  return cutBytes(text.toWellFormed().replace(/[\u0000-\u001f\u007f]+/g, ' '), maxBytes);
}

/** What a model calls an action may be anything, also what must not be kept. */
function nameOf(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/.test(text) ? text : '(no name)';
}

/** Clients name themselves: what could be an address or a sentence is taken out. */
function clientOf(text: string | null | undefined): string | null {
  return clean(text?.replace(/[^\w ./()+-]/g, ''), 80);
}

function countOf(value: number | null | undefined): number {
  return value !== null && value !== undefined && value > 0 && Number.isSafeInteger(value)
    ? value
    : 0;
}

const thousandths = (ms: number): number => Math.round(ms * 1000) / 1000;

function piiOf(counts: CallOutcome['piiCounts']): Record<string, number> | null {
  const kinds = Object.entries(counts ?? {}).filter(([kind]) => /^[A-Za-z_]{1,40}$/.test(kind));
  if (kinds.length === 0) return null;
  return Object.fromEntries(kinds.map(([kind, count]) => [kind, countOf(count)]));
}

/** The row of a call that begins at `at`. */
export function startedRow(
  facts: CallFacts,
  { at, requestHash, bytesIn }: { at: number; requestHash: string; bytesIn: number },
): AuditContent {
  return {
    id: facts.id,
    at,
    workspace: facts.workspace,
    subject: clean(facts.subject, 100),
    actor: clean(facts.actor, 300),
    delegationId: clean(facts.delegationId, 100),
    grantId: clean(facts.grantId, 100),
    jobId: clean(facts.jobId, 100),
    instance: clean(facts.instance, 300),
    service: nameOf(facts.service),
    action: nameOf(facts.action),
    class: facts.class,
    decision: 'started',
    reasonCode: null,
    hook: null,
    piiCounts: null,
    durationMs: null,
    upstreamMs: null,
    bytesIn,
    bytesOut: 0,
    client: clientOf(facts.client),
    requestHash,
    schemaHash: clean(facts.schemaHash, 100),
    causedBy: clean(facts.causedBy, 100),
  };
}

/** The same row when its call is over. */
export function endedRow(
  started: AuditContent,
  outcome: CallOutcome,
  durationMs: number,
): AuditContent {
  const { upstreamMs } = outcome;
  return {
    ...started,
    decision: outcome.decision,
    reasonCode: clean(outcome.reasonCode, 100),
    hook: clean(outcome.hook, 200),
    piiCounts: piiOf(outcome.piiCounts),
    durationMs: thousandths(durationMs),
    upstreamMs: upstreamMs === null || upstreamMs === undefined ? null : thousandths(upstreamMs),
    bytesOut: countOf(outcome.bytesOut),
  };
}
