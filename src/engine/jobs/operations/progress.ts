// jobs.progress
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobProgress = (jobs: Jobs) =>
  operation({
    name: 'jobs.progress',
    summary: 'Tell how far a job says it is, in percent.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: z.number().nullable(),
    run: (call, { id }) => jobs.progress(call, id),
  });
