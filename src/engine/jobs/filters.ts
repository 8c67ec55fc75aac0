// The filters that the three lists of jobs share.
import { z } from 'zod';
import { pageFields } from '../../operation/index.ts';
import { scriptHash } from '../scripts/index.ts';
import { jobId } from './job.ts';

const text = z.string().max(255);
const time = z.int().min(0);

export const jobFilters = z.strictObject({
  ...pageFields,
  orderDesc: z.boolean().default(true).describe('newest first'),
  createdBy: text.optional().describe('username of who started it'),
  scriptPathExact: text.optional().describe('the whole path'),
  scriptPathStart: text.optional().describe('beginning of the path'),
  scriptHash: scriptHash.optional(),
  startedBefore: time.optional().describe('epoch milliseconds'),
  startedAfter: time.optional().describe('epoch milliseconds'),
  createdBefore: time.optional().describe('epoch milliseconds'),
  createdAfter: time.optional().describe('epoch milliseconds'),
  jobKinds: z.array(text).min(1).max(30).optional().describe('script, preview, …'),
  tag: text.optional().describe('worker tag'),
  worker: text.optional().describe('worker name'),
  parentJob: jobId.optional(),
  schedulePath: text.optional().describe('the schedule that started it'),
  triggerKind: text.optional().describe('schedule, webhook, http, mcp, …'),
  success: z.boolean().optional().describe('ended well, or not'),
  running: z.boolean().optional().describe('running, or waiting'),
  suspended: z.boolean().optional().describe('flows that wait for people, or the others'),
  hasNullParent: z.boolean().optional().describe('without a parent job, or with one'),
  args: z.record(z.string(), z.unknown()).optional().describe('subset of the arguments'),
  result: z.unknown().optional().describe('subset of the result'),
  label: text.optional().describe('a label of the job'),
  isFlowStep: z.boolean().optional().describe('steps of flows only, or none'),
});
