// jobs.rootJobId
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const rootJobId = (jobs: Jobs) =>
  operation({
    name: 'jobs.rootJobId',
    summary: 'Tell the first job of a chain.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: z.string(),
    run: async (call, { id }) => (await jobs.state(call, id)).rootJob ?? id,
  });
