// jobs.concurrencyKey
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const concurrencyKey = (jobs: Jobs) =>
  operation({
    name: 'jobs.concurrencyKey',
    summary: 'Read the concurrency key of a job.',
    risk: 'read',
    action: 'instance:read',
    input: z.strictObject({ id: jobId }),
    output: z.object({ key: z.string() }),
    run: (_call, { id }) => jobs.concurrencyKey(id),
  });
