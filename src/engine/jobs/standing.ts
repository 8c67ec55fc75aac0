// Why a job waits, in a sentence and as a code, and how many jobs come before it.
import { z } from 'zod';
import { type Clock, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { neededProgram } from '../languages/index.ts';
import { jobId } from './job.ts';
import { selectStanding, selectWaitingStep } from './standing.sql.ts';
import { findJob } from './visibility.ts';

const codes = [
  'scheduled',
  'debounced',
  'concurrency',
  'no_worker',
  'no_free_slot',
  'suspended',
  'step',
] as const;

export const standing = z.object({
  id: jobId,
  state: z.enum(['queued', 'scheduled', 'suspended', 'running', 'completed']),
  code: z.enum(codes).nullable().describe('why it waits; null when it does not'),
  reason: z.string().nullable().describe('the same in a sentence'),
  position: z
    .number()
    .nullable()
    .describe('place among the due jobs of its tag, or of its concurrency key; 1 is next'),
  tag: z.string(),
  workers: z.number().describe('living workers that serve the tag'),
});
export type Standing = z.output<typeof standing>;

interface StandingRow {
  id: string;
  finished: boolean;
  running: boolean;
  worker: string | null;
  tag: string;
  scheduledFor: number;
  /** Of a workflow as code between two rounds. */
  waitsFor: string | null;
  flowStepId: string | null;
  modules: { id: string; type: string }[] | null;
  workers: number;
  ahead: number | null;
  held: boolean;
  concurrencyKey: string | null;
  concurrencyLimit: number | null;
  concurrencyWindowS: number | null;
  debounceKey: string | null;
  letIn: number | null;
}

/** Without a ping for this long a worker does not count. */
const heardWithinMs = 30_000;

/** A step of a step of a step says why; nobody nests deeper than people can read. */
const maxDepth = 10;

export interface StandingDeps {
  db: Database;
  clock: Clock;
}

type Why = Pick<Standing, 'state' | 'code' | 'reason'>;

const shown = (at: number): string => new Date(at).toISOString();

function whyQueued(row: StandingRow, now: number): Why {
  const { tag, workers, ahead } = row;
  if (row.scheduledFor > now && row.waitsFor === 'tasks') {
    return { state: 'suspended', code: 'suspended', reason: 'It waits for its tasks to end.' };
  }
  if (row.scheduledFor > now && row.waitsFor === 'approval') {
    const reason = `It waits for an approval, until ${shown(row.scheduledFor)}.`;
    return { state: 'suspended', code: 'suspended', reason };
  }
  if (row.scheduledFor > now) {
    const at = shown(row.scheduledFor);
    return row.debounceKey === null
      ? { state: 'scheduled', code: 'scheduled', reason: `It is scheduled for ${at}.` }
      : {
          state: 'scheduled',
          code: 'debounced',
          reason: `It waits until ${at} for more runs of the debounce key ${row.debounceKey}.`,
        };
  }
  if (row.held) {
    const { concurrencyLimit: limit, concurrencyKey: key, concurrencyWindowS: window } = row;
    const within = window ? `, or ended in the last ${window} s` : '';
    const run = `${row.letIn} of it ${row.letIn === 1 ? 'runs' : 'run'}${within}`;
    const reason = `The concurrency limit ${limit} of the key ${key} is reached: ${run}.`;
    return { state: 'queued', code: 'concurrency', reason };
  }
  if (workers === 0) {
    const program = neededProgram(tag);
    const start = `Start one with: millrace worker --tags ${tag}`;
    const where = program === undefined ? '' : `, on a machine that has ${program}`;
    const reason = `No worker serves the tag ${tag}. ${start}${where}`;
    return { state: 'queued', code: 'no_worker', reason };
  }
  const who = workers === 1 ? 'The worker that serves' : `All ${workers} workers that serve`;
  const before = ahead ? ` ${ahead} ${ahead === 1 ? 'job comes' : 'jobs come'} first.` : '';
  const reason = `${who} the tag ${tag} ${workers === 1 ? 'is' : 'are'} busy.${before}`;
  return { state: 'queued', code: 'no_free_slot', reason };
}

function whyOf(row: StandingRow, now: number): Why {
  if (row.finished) return { state: 'completed', code: null, reason: null };
  if (!row.running) return whyQueued(row, now);
  const waits = row.modules?.find(({ type }) => type === 'WaitingForEvents');
  if (waits) {
    const reason = `The step ${waits.id} waits for an approval or another event.`;
    return { state: 'suspended', code: 'suspended', reason };
  }
  return { state: 'running', code: null, reason: null };
}

/** Of a job, whoever asks. A flow that runs waits for what its first waiting step waits for. */
export async function standingOf(
  { db, clock }: StandingDeps,
  { id, workspace }: { id: string; workspace: string },
): Promise<Standing> {
  const now = clock.now();
  const since = [now, now - heardWithinMs];
  const row = await db.row<StandingRow>(selectStanding, [...since, id, workspace]);
  if (!row) throw notFound('job', id);
  const own = whyOf(row, now);
  const { tag, workers } = row;
  const position = own.state === 'queued' ? (row.ahead ?? 0) + 1 : null;
  const steps: string[] = [];
  let found: StandingRow | undefined = row;
  let why = own;
  while (why.state === 'running' && found.worker === null && steps.length < maxDepth) {
    found = await db.row<StandingRow>(selectWaitingStep, [...since, found.id]);
    if (!found) break;
    steps.push(found.flowStepId ?? found.id);
    why = whyOf(found, now);
  }
  if (steps.length === 0 || why.reason === null) return { id, ...own, position, tag, workers };
  const reason = `Its step ${steps.join(' / ')} waits: ${why.reason}`;
  const state = why.state === 'suspended' ? 'suspended' : own.state;
  return { id, state, code: 'step', reason, position, tag, workers };
}

/** The same for whoever may see the job; else `not_found`. */
export async function readStanding(deps: StandingDeps, call: Call, id: string): Promise<Standing> {
  await findJob(deps.db, call, { id });
  return standingOf(deps, { id, workspace: workspaceOf(call) });
}
