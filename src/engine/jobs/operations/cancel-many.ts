// jobs.cancelMany
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const cancelJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.cancelMany',
    summary: 'Cancel many jobs; answers those that were neither over nor out of reach.',
    risk: 'write',
    action: 'jobs:write',
    input: z.strictObject({
      ids: z.array(jobId).max(10_000).describe('the jobs'),
      reason: z.string().max(200).default('').describe('shown in each job'),
      force: z.boolean().default(false).describe('end them even if a worker does not answer'),
    }),
    output: z.array(z.string()),
    run: (call, wanted) => jobs.cancelMany(call, wanted),
  });
