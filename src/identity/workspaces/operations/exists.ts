// workspaces.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Workspaces } from '../workspaces.ts';

export const workspaceExists = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.exists',
    summary: 'Say whether there is a workspace of this id.',
    risk: 'read',
    action: 'workspaces:list',
    // Any text: an id that nobody could take is a plain no.
    input: z.strictObject({
      id: z
        .string()
        .max(100)
        .regex(/^[^\p{Cc}]*$/u)
        .describe('id of a workspace'),
    }),
    output: z.boolean(),
    run: (_call, { id }) => workspaces.exists(id),
  });
