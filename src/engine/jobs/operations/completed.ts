// jobs.completed
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job, jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const completedJob = (jobs: Jobs) =>
  operation({
    name: 'jobs.completed',
    summary: 'Read a job that is over; not found while it waits or runs.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: job,
    run: (call, { id }) => jobs.completed(call, id),
  });
