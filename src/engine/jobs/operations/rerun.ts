// jobs.rerun
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const rerunJob = (jobs: Jobs) =>
  operation({
    name: 'jobs.rerun',
    summary: 'Start a job again with the same code and arguments.',
    risk: 'write',
    action: 'jobs:run',
    tool: 'rerunJob',
    on: ({ id }) => ({ kind: 'jobs', path: id }),
    input: z.strictObject({ id: jobId }),
    output: z.object({ id: jobId }),
    run: (call, { id }) => jobs.rerun(call, id),
  });
