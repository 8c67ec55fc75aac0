// jobs.listCompleted
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import { jobFilters } from '../filters.ts';

export const listCompleted = (jobs: Jobs) =>
  operation({
    name: 'jobs.listCompleted',
    summary: 'List the jobs that are over.',
    risk: 'read',
    action: 'jobs:read',
    input: jobFilters,
    output: z.array(job),
    run: (call, filters) => jobs.list(call, filters, true),
  });
