// jobs.cancel
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const cancelJob = (jobs: Jobs) =>
  operation({
    name: 'jobs.cancel',
    summary: 'Cancel a queued or running job.',
    risk: 'write',
    action: 'jobs:write',
    tool: 'cancelJob',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      reason: z.string().max(200).default('').describe('shown in the job'),
      force: z.boolean().default(false).describe('end it even if its worker does not answer'),
    }),
    output: z.object({
      id: jobId,
      state: z.enum(['canceled', 'canceling']).describe('canceling: its worker was told'),
    }),
    run: (call, wanted) => jobs.cancel(call, wanted),
  });
