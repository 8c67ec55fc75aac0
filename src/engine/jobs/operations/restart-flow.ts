// jobs.restartFlow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

const stepId = z.string().min(1).max(100);
const index = z
  .int()
  .min(0)
  .max(1_000_000)
  .optional()
  .describe('of a loop or branches: the first of them that runs again, from 0');

export const restartFlow = (jobs: Jobs) =>
  operation({
    name: 'jobs.restartFlow',
    summary: 'Run a flow that is over again from one of its steps; what came before is kept.',
    risk: 'write',
    action: 'jobs:run',
    tool: 'restartFlow',
    on: ({ id }) => ({ kind: 'jobs', path: id }),
    input: z.strictObject({
      id: jobId,
      stepId: stepId.describe('the first step that runs again'),
      index,
      nested: z
        .array(z.strictObject({ stepId: stepId.describe('a step inside the one before'), index }))
        .max(50)
        .optional()
        .describe('the way to a step inside that iteration or branch; what comes before is kept'),
      flowVersion: z
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('another version of the flow than that of the run'),
    }),
    output: z.object({ id: jobId }),
    run: (call, point) => jobs.restart(call, point),
  });
