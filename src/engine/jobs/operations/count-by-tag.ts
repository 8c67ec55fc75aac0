// jobs.countByTag
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';

export const countJobsByTag = (jobs: Jobs) =>
  operation({
    name: 'jobs.countByTag',
    summary: 'Count by tag how many jobs of the instance ended lately.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({
      horizonSecs: z.int().min(1).max(31_536_000).default(3600).describe('how far back'),
      workspaceId: z.string().max(100).optional().describe('only of this workspace'),
    }),
    output: z.array(z.object({ tag: z.string(), count: z.number() })),
    run: (_call, { horizonSecs, workspaceId }) => jobs.countByTag(horizonSecs * 1000, workspaceId),
  });
