// scripts.muteErrorHandler
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const muteErrorHandler = (scripts: Scripts) =>
  operation({
    name: 'scripts.muteErrorHandler',
    summary: 'Say whether the error handler of the workspace hears when this script fails.',
    risk: 'write',
    action: 'scripts:write',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      muted: z.boolean().describe('true: it does not hear of it'),
    }),
    output: z.object({ path: itemPath }),
    run: (call, input) => scripts.muteErrorHandler(call, input),
  });
