// httpTriggers.run
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { RouteRuns } from '../runs.ts';

const byName = z.record(z.string(), z.unknown());

export const runHttpTrigger = (routes: RouteRuns) =>
  operation({
    name: 'httpTriggers.run',
    summary: 'Start what an HTTP route runs, with its retry and error handler; answer the job id.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path, isFlow }) => ({ kind: isFlow ? 'flows' : 'scripts', path }),
    input: z.strictObject({
      trigger: itemPath.describe('path of the route'),
      path: itemPath.describe('path of the script or flow that it runs'),
      isFlow: z.boolean().describe('path is a flow'),
      args: byName.default({}).describe('arguments by name'),
      event: byName.default({}).describe('the request, for a preprocessor'),
    }),
    output: z.object({ id: z.uuid() }),
    run: (call, input) => routes.run(call, input),
  });
