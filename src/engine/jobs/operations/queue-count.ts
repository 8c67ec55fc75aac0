// jobs.queueCount
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';

export const queueCount = (jobs: Jobs) =>
  operation({
    name: 'jobs.queueCount',
    summary: 'Count the jobs of the workspace that wait or run.',
    risk: 'read',
    action: 'jobs:read',
    input: z.strictObject({
      tags: z.array(z.string().max(100)).max(100).optional().describe('only these tags'),
    }),
    output: z.object({
      databaseLength: z.number(),
      suspended: z.number().optional().describe('flows that wait for people'),
    }),
    run: (call, { tags }) => jobs.count(call, tags, false),
  });
