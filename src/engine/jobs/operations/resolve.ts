// jobs.resolve
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const resolveJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.resolve',
    summary: 'Note that failed jobs have been looked after; answers those that now are.',
    risk: 'write',
    action: 'jobs:write',
    input: z.strictObject({
      ids: z.array(jobId).max(10_000).describe('the jobs'),
      note: z.string().max(2000).optional().describe('how'),
    }),
    output: z.array(z.string()),
    run: (call, wanted) => jobs.resolve(call, wanted),
  });
