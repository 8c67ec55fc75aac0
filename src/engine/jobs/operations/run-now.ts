// jobs.runNow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runJobNow = (jobs: Jobs) =>
  operation({
    name: 'jobs.runNow',
    summary: 'Run a job at once that waits for its time.',
    risk: 'write',
    action: 'jobs:write',
    tool: 'runJobNow',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: z.object({ id: jobId }),
    run: (call, { id }) => jobs.runNow(call, id),
  });
