// jobs.previewFlow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { flowPreviewFields, jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const previewFlow = (jobs: Jobs) =>
  operation({
    name: 'jobs.previewFlow',
    summary: 'Start a flow that is not deployed and answer its job id at once.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'previews', path: path ?? '*' }),
    input: z.strictObject(flowPreviewFields),
    output: z.object({ id: jobId }),
    run: (call, input) => jobs.previewFlow(call, input),
  });
