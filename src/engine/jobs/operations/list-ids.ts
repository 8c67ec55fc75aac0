// jobs.listIds
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobFilters, jobPart } from '../filters.ts';
import type { Jobs } from '../jobs.ts';

export const listJobIds = (jobs: Jobs) =>
  operation({
    name: 'jobs.listIds',
    summary: 'List the ids of the jobs that you may see.',
    risk: 'read',
    action: 'jobs:read',
    input: jobFilters.extend({ part: jobPart.default('all').describe('all, queue, completed') }),
    output: z.array(z.string()),
    run: (call, { part, ...filters }) => jobs.listIds(call, filters, part),
  });
