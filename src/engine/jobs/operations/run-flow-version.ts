// jobs.runFlowVersion
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byVersion, jobId, runFields } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runFlowVersion = (jobs: Jobs) =>
  operation({
    name: 'jobs.runFlowVersion',
    summary: 'Start one version of a flow and answer its job id at once.',
    risk: 'write',
    action: 'jobs:run',
    input: z.strictObject({ ...byVersion, ...runFields }),
    output: z.object({ id: jobId }),
    run: (call, { version, ...options }) => jobs.runFlowVersion(call, version, options),
  });
