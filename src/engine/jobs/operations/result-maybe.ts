// jobs.resultMaybe
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobResultMaybe = (jobs: Jobs) =>
  operation({
    name: 'jobs.resultMaybe',
    summary: 'Read the result of a job if it is over, and whether it is.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      getStarted: z.boolean().default(false).describe('also tell whether it has begun'),
    }),
    output: z.object({
      completed: z.boolean(),
      success: z.boolean().nullable(),
      result: z.unknown(),
      started: z.boolean().nullable(),
    }),
    run: async (call, { id, getStarted }) => {
      const { done, success, result } = await jobs.result(call, id);
      const started = getStarted ? done || (await jobs.state(call, id)).running : null;
      return { completed: done, success, result, started };
    },
  });
