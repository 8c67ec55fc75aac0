// jobs.wait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, outcome, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const waitJob = (jobs: Jobs) =>
  operation({
    name: 'jobs.wait',
    summary: 'Wait for a job to end and answer its result.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'waitJob',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId, waitMs: waitField }),
    output: outcome,
    run: (call, { id, waitMs }) => jobs.wait(call, id, waitMs),
  });
