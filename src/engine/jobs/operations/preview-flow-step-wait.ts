// jobs.previewFlowStepWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { flowStepFields, outcome, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const previewFlowStepAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.previewFlowStepWait',
    summary: 'Run one step of a flow that is not deployed and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'previews', path: path ?? '*' }),
    input: z.strictObject({ ...flowStepFields, waitMs: waitField }),
    output: outcome,
    run: (call, input) => jobs.previewFlowStepWait(call, input),
  });
