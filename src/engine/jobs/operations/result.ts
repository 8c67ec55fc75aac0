// jobs.result
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, jsonPath } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobResult = (jobs: Jobs) =>
  operation({
    name: 'jobs.result',
    summary: 'Read the result of a completed job.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId, jsonPath }),
    output: z.unknown(),
    run: (call, input) => jobs.value(call, { of: 'result', ...input }),
  });
