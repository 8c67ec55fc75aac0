// jobs.importCompleted
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';
import { exportedJobs } from '../transfer.ts';

export const importCompletedJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.importCompleted',
    summary: 'Store jobs that were over elsewhere; answers the ids that are new here.',
    risk: 'write',
    action: 'jobs:write',
    input: z.strictObject({ jobs: exportedJobs }),
    output: z.array(z.string()),
    run: (call, { jobs: given }) => jobs.importCompleted(call, given),
  });
