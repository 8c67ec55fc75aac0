// workspaces.mine
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, workspaceId } from '../../names.ts';
import type { Workspaces } from '../workspaces.ts';

export const myWorkspaces = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.mine',
    summary: 'List your workspaces with what you are in each.',
    risk: 'read',
    action: 'workspaces:list',
    input: z.strictObject({}),
    output: z.object({
      email,
      workspaces: z.array(
        z.object({
          id: workspaceId,
          name: z.string(),
          username: z.string(),
          color: z.string().nullable(),
          disabled: z.boolean().describe('shut out of it'),
          role: z.enum(['admin', 'developer', 'operator']),
        }),
      ),
    }),
    run: (call) => workspaces.mine(call),
  });
