// jobs.export
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const exportJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.export',
    summary:
      'Read the jobs of the workspace whole, with arguments, results and logs, for a backup.',
    risk: 'read',
    action: 'jobs:read',
    input: z.strictObject({
      part: z.enum(['completed', 'queue']).describe('jobs that are over, or the others'),
      page: z.int().min(1).max(1_000_000).default(1).describe('page, from 1, newest jobs first'),
      perPage: z.int().min(1).max(1000).default(100).describe('jobs on a page'),
    }),
    output: z.array(job),
    run: (call, input) => jobs.exportJobs(call, input),
  });
