// workspaces.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, workspaceId } from '../../names.ts';
import type { Workspaces } from '../workspaces.ts';

export const listWorkspaces = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.list',
    summary: 'List your workspaces; admins of the instance see all.',
    risk: 'read',
    action: 'workspaces:list',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        id: workspaceId,
        name: z.string(),
        owner: email,
        color: z.string().nullable(),
        deleted: z.boolean(),
      }),
    ),
    run: (call) => workspaces.list(call),
  });
