// jobs.stepResult
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const stepResult = (jobs: Jobs) =>
  operation({
    name: 'jobs.stepResult',
    summary: 'Read the result of one step of a flow run.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      step: z.string().min(1).max(100).describe('id of the step'),
    }),
    output: z.unknown(),
    run: (call, { id, step }) => jobs.stepResult(call, id, step),
  });
