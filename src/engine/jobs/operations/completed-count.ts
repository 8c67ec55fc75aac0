// jobs.completedCount
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';

export const completedCount = (jobs: Jobs) =>
  operation({
    name: 'jobs.completedCount',
    summary: 'Count the jobs of the workspace that are over.',
    risk: 'read',
    action: 'jobs:read',
    input: z.strictObject({
      tags: z.array(z.string().max(100)).max(100).optional().describe('only these tags'),
    }),
    output: z.object({ databaseLength: z.number() }),
    run: (call, { tags }) => jobs.count(call, tags, true),
  });
