// jobs.cancelPath
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Jobs } from '../jobs.ts';

export const cancelPath = (jobs: Jobs) =>
  operation({
    name: 'jobs.cancelPath',
    summary: 'Cancel all queued and running jobs of a script or flow; answers those that were.',
    risk: 'write',
    action: 'jobs:write',
    input: z.strictObject({
      path: itemPath,
      reason: z.string().max(200).default('').describe('shown in each job'),
    }),
    output: z.array(z.string()),
    run: (call, wanted) => jobs.cancelPath(call, wanted),
  });
