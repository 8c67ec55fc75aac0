// jobs.unresolve
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const unresolveJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.unresolve',
    summary: 'Take back that failed jobs have been looked after.',
    risk: 'write',
    action: 'jobs:write',
    input: z.strictObject({
      ids: z.array(jobId).max(10_000).describe('the jobs'),
    }),
    output: z.array(z.string()),
    run: (call, wanted) => jobs.unresolve(call, wanted.ids),
  });
