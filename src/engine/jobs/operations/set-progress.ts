// jobs.setProgress
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const setJobProgress = (jobs: Jobs) =>
  operation({
    name: 'jobs.setProgress',
    summary: 'Say how far a running job is; progress never goes back.',
    risk: 'write',
    action: 'jobs:write',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      percent: z.int().min(0).max(100).describe('how much is done, in percent'),
    }),
    output: z.object({ percent: z.number() }),
    run: (call, wanted) => jobs.setProgress(call, wanted),
  });
