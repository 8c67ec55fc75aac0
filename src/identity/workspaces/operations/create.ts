// workspaces.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { oneLine, username, workspaceId } from '../../names.ts';
import type { Workspaces } from '../workspaces.ts';

export const createWorkspace = (workspaces: Workspaces) =>
  operation({
    name: 'workspaces.create',
    summary: 'Make a workspace; you become its admin.',
    risk: 'write',
    action: 'instance:write',
    on: ({ id }) => id,
    input: z.strictObject({
      id: workspaceId,
      name: oneLine(200).min(1).describe('name to show'),
      username: username.optional().describe('yours in it; left out: made from your address'),
    }),
    output: z.object({ id: workspaceId }),
    run: (call, input) => workspaces.create(call, input),
  });
