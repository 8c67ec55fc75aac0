// jobs.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job, jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const getJob = (jobs: Jobs) =>
  operation({
    name: 'jobs.get',
    summary: 'Read a job: its state, arguments, result and logs.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'getJob',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      noLogs: z.boolean().default(false).describe('leave the logs out'),
      noCode: z.boolean().default(false).describe('leave the code of a preview out'),
    }),
    output: job,
    run: (call, { id, noLogs, noCode }) => jobs.get(call, id, { noLogs, noCode }),
  });
