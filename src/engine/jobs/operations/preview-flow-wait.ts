// jobs.previewFlowWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { flowPreviewFields, outcome, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const previewFlowAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.previewFlowWait',
    summary: 'Run a flow that is not deployed and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    tool: 'runFlowPreviewAndWaitResult',
    on: ({ path }) => ({ kind: 'previews', path: path ?? '*' }),
    input: z.strictObject({ ...flowPreviewFields, waitMs: waitField }),
    output: outcome,
    run: (call, input) => jobs.previewFlowWait(call, input),
  });
