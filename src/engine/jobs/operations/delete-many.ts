// jobs.deleteMany
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const deleteManyJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.deleteMany',
    summary: 'Delete jobs that are over, with their logs; answers those that are gone.',
    risk: 'high_risk',
    action: 'jobs:write',
    input: z.strictObject({ ids: z.array(jobId).max(10_000).describe('the jobs') }),
    output: z.array(z.string()),
    run: (call, { ids }) => jobs.deleteMany(call, ids),
  });
