// jobs.lockFlow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { flowPreviewFields, jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const lockFlow = (jobs: Jobs) =>
  operation({
    name: 'jobs.lockFlow',
    summary: 'Resolve the imports of a flow that is not deployed; the job’s result has the locks.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'previews', path }),
    input: z.strictObject({
      value: flowPreviewFields.value,
      path: itemPath,
      localScripts: flowPreviewFields.localScripts,
    }),
    output: z.object({ id: jobId }),
    run: (call, flow) => jobs.lockFlow(call, flow),
  });
