// jobs.startedAt
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobsStartedAt = (jobs: Jobs) =>
  operation({
    name: 'jobs.startedAt',
    summary: 'Tell when jobs were begun, for those that you may see and that were.',
    risk: 'read',
    action: 'jobs:read',
    input: z.strictObject({ ids: z.array(jobId).max(10_000).describe('the jobs') }),
    output: z.array(z.number().describe('epoch milliseconds')),
    run: (call, { ids }) => jobs.startedAt(call, ids),
  });
