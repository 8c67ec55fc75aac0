// httpTriggers.result
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { RouteRuns } from '../runs.ts';

export const httpTriggerResult = (routes: RouteRuns) =>
  operation({
    name: 'httpTriggers.result',
    summary: 'Wait for a job that an HTTP route started.',
    risk: 'read',
    action: 'jobs:run',
    on: ({ path, isFlow }) => ({ kind: isFlow ? 'flows' : 'scripts', path }),
    input: z.strictObject({
      trigger: itemPath.describe('path of the route'),
      path: itemPath.describe('path of the script or flow that it runs'),
      isFlow: z.boolean().describe('path is a flow'),
      id: z.uuid().describe('job id'),
      waitMs: z.int().min(0).max(600_000).optional().describe('milliseconds to wait for the end'),
    }),
    output: z.object({
      id: z.uuid(),
      done: z.boolean(),
      success: z.boolean().nullable(),
      result: z.unknown(),
      path: z.string().nullable(),
    }),
    run: (call, input) => routes.result(call, input),
  });
