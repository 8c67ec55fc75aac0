// invites.accept
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { username, workspaceId } from '../../names.ts';
import type { Invites } from '../invites.ts';

export const acceptInvite = (invites: Invites) =>
  operation({
    name: 'invites.accept',
    summary: 'Become a member of a workspace that you are invited to.',
    risk: 'write',
    action: 'session:write',
    on: ({ workspace }) => workspace,
    input: z.strictObject({
      workspace: workspaceId,
      username: username.optional().describe('yours in it; left out: made from your address'),
    }),
    output: z.object({ workspace: workspaceId, username }),
    run: (call, input) => invites.accept(call, input),
  });
