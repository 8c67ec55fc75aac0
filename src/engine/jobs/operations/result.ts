// jobs.result
import { z } from 'zod';
import { notFound } from '../../../base/index.ts';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobResult = (jobs: Jobs) =>
  operation({
    name: 'jobs.result',
    summary: 'Read the result of a completed job.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: z.unknown(),
    run: async (call, { id }) => {
      const { done, result } = await jobs.result(call, id);
      if (!done) throw notFound('completed job', id);
      return result;
    },
  });
