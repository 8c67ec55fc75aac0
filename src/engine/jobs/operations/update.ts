// jobs.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobUpdate = (jobs: Jobs) =>
  operation({
    name: 'jobs.update',
    summary: 'Follow a job: what is new since the caller last asked.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      running: z.boolean().default(false).describe('what the caller knows'),
      logOffset: z.int().min(0).default(0).describe('how much of the log the caller has'),
      streamOffset: z
        .int()
        .min(0)
        .optional()
        .describe('how much of the streamed result the caller has; absent: none is told'),
      holdMs: z.int().min(0).max(30_000).default(250).describe('how long to wait for news'),
    }),
    output: z.object({
      running: z.boolean(),
      completed: z.boolean(),
      newLogs: z.string(),
      logOffset: z.number(),
      memPeak: z.number().nullable().describe('kB'),
      progress: z.number().nullable().describe('percent, as the job says'),
      newResultStream: z.string().optional().describe('what was streamed of the result'),
      streamOffset: z.number().optional(),
      flowStatus: z.unknown().describe('of a flow: its steps and how they stand'),
    }),
    run: (call, { id, ...known }) => jobs.update(call, id, known),
  });
