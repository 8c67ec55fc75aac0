// jobs.preview
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, previewFields } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const previewScript = (jobs: Jobs) =>
  operation({
    name: 'jobs.preview',
    summary: 'Start code that is not deployed and answer its job id at once.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'previews', path: path ?? '*' }),
    input: z.strictObject(previewFields),
    output: z.object({ id: jobId }),
    run: (call, input) => jobs.preview(call, input),
  });
