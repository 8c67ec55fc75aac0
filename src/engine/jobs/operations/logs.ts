// jobs.logs
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobLogs = (jobs: Jobs) =>
  operation({
    name: 'jobs.logs',
    summary: 'Read what a job wrote, from an offset on.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'getJobLogs',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      offset: z.int().min(0).max(100_000_000).default(0).describe('UTF-16 units to leave out'),
    }),
    output: z.object({ logs: z.string(), offset: z.number().describe('offset to go on from') }),
    run: (call, { id, offset }) => jobs.logs(call, id, offset),
  });
