// jobs.listQueue
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import { jobFilters } from '../filters.ts';

export const listQueue = (jobs: Jobs) =>
  operation({
    name: 'jobs.listQueue',
    summary: 'List the jobs that wait or run.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'listQueue',
    input: jobFilters,
    output: z.array(job),
    run: (call, filters) => jobs.list(call, filters, false),
  });
