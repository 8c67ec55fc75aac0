// jobs.runFlow
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byPath, jobId, runFields } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runFlow = (jobs: Jobs) =>
  operation({
    name: 'jobs.runFlow',
    summary: 'Start a deployed flow and answer its job id at once.',
    risk: 'write',
    action: 'jobs:run',
    tool: 'runFlowByPath',
    on: ({ path }) => ({ kind: 'flows', path }),
    input: z.strictObject({ ...byPath, ...runFields }),
    output: z.object({ id: jobId }),
    run: (call, { path, ...options }) => jobs.runFlow(call, path, options),
  });
