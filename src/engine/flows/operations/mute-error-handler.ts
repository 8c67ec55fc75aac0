// flows.muteErrorHandler
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Flows } from '../flows.ts';

export const muteFlowErrorHandler = (flows: Flows) =>
  operation({
    name: 'flows.muteErrorHandler',
    summary: 'Say whether the error handler of the workspace hears when this flow fails.',
    risk: 'write',
    action: 'flows:write',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      muted: z.boolean().describe('true: it does not hear of it'),
    }),
    output: z.object({ path: itemPath }),
    run: (call, input) => flows.muteErrorHandler(call, input),
  });
