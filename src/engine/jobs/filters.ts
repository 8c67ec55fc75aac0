// The filters that the three lists of jobs share.
import { z } from 'zod';
import { pageFields } from '../../operation/index.ts';
import { scriptHash } from '../scripts/index.ts';
import { jobId } from './job.ts';

const text = z.string().max(255);
/** Several with commas; `!` before each leaves them out. */
const choice = z.string().max(2000);
const time = z.int().min(0);

const narrowing = {
  createdBy: choice.optional().describe('username of who started it; a,b or !a,!b'),
  scriptPathExact: choice.optional().describe('the whole path; a,b or !a,!b'),
  scriptPathStart: choice.optional().describe('beginning of the path; a,b or !a,!b'),
  scriptHash: scriptHash.optional(),
  startedBefore: time.optional().describe('epoch milliseconds'),
  startedAfter: time.optional().describe('epoch milliseconds'),
  createdBefore: time.optional().describe('epoch milliseconds'),
  createdAfter: time.optional().describe('epoch milliseconds'),
  completedBefore: time.optional().describe('epoch milliseconds'),
  completedAfter: time.optional().describe('epoch milliseconds'),
  createdBeforeQueue: time.optional().describe('epoch milliseconds; for those not over'),
  createdAfterQueue: time.optional().describe('epoch milliseconds; for those not over'),
  dueOnly: z.boolean().optional().describe('due now, or due later'),
  endedWithinSecs: time.optional().describe('over since so many seconds at most'),
  jobKinds: z.array(text).min(1).max(30).optional().describe('script, preview, …; or !script'),
  tag: choice.optional().describe('worker tag; a,b or !a,!b'),
  worker: choice.optional().describe('worker name; a,b or !a,!b'),
  parentJob: jobId.optional(),
  schedulePath: choice.optional().describe('the schedule that started it; a,b or !a,!b'),
  triggerKind: choice.optional().describe('schedule, webhook, http, mcp, …; or !mcp'),
  success: z.boolean().optional().describe('ended well, or not'),
  status: z
    .enum(['success', 'failure', 'canceled', 'skipped'])
    .optional()
    .describe('how it ended, exactly'),
  running: z.boolean().optional().describe('running, or waiting'),
  suspended: z.boolean().optional().describe('flows that wait for people, or the others'),
  resolved: z.boolean().optional().describe('failed and looked after since, or not'),
  isSkipped: z.boolean().optional().describe('ended without having run, or not'),
  isNotSchedule: z.boolean().optional().describe('not started by a schedule, or started by one'),
  hasNullParent: z.boolean().optional().describe('without a parent job, or with one'),
  hasEntrypoint: z.boolean().optional().describe('run at another function than main, or not'),
  concurrencyKey: z.string().max(600).optional().describe('key of a concurrency limit'),
  args: z.record(z.string(), z.unknown()).optional().describe('subset of the arguments'),
  result: z.unknown().optional().describe('subset of the result'),
  label: choice.optional().describe('a label of the job; a,b or !a,!b'),
  isFlowStep: z.boolean().optional().describe('steps of flows only, or none'),
  broadFilter: text.optional().describe('part of path, tag, schedule, trigger kind or label'),
  allowWildcards: z.boolean().default(false).describe('* in tag, worker and label'),
  allWorkspaces: z.boolean().default(false).describe('of all workspaces, for instance admins'),
};

export const jobFilters = z.strictObject({
  ...pageFields,
  orderDesc: z.boolean().default(true).describe('newest first'),
  includeArgs: z.boolean().default(false).describe('with the arguments of each'),
  ...narrowing,
});

export type JobFilters = z.output<typeof jobFilters>;

/** Jobs that are over, those that are not, or both. */
export const jobPart = z.enum(['all', 'queue', 'completed']);
export type JobPart = z.output<typeof jobPart>;

/** Without pages, for counting. */
export const jobNarrowing = z.strictObject(narrowing);
export type JobNarrowing = z.output<typeof jobNarrowing>;
