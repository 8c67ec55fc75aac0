// jobs.count
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobNarrowing, jobPart } from '../filters.ts';
import type { Jobs } from '../jobs.ts';

export const countJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.count',
    summary: 'Count the jobs that you may see and that the filters leave.',
    risk: 'read',
    action: 'jobs:read',
    input: jobNarrowing.extend({ part: jobPart.default('all').describe('all, queue, completed') }),
    output: z.object({ count: z.number() }),
    run: async (call, { part, ...filters }) => ({
      count: await jobs.countFiltered(call, filters, part),
    }),
  });
