// jobs.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import { jobFilters } from '../filters.ts';

export const listJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.list',
    summary: 'List the jobs that you may see, queued and completed.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'listJobs',
    input: jobFilters,
    output: z.array(job),
    run: (call, filters) => jobs.list(call, filters),
  });
