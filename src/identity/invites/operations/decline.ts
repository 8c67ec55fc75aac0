// invites.decline
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { workspaceId } from '../../names.ts';
import type { Invites } from '../invites.ts';

export const declineInvite = (invites: Invites) =>
  operation({
    name: 'invites.decline',
    summary: 'Decline an invitation to a workspace.',
    risk: 'write',
    action: 'session:write',
    on: ({ workspace }) => workspace,
    input: z.strictObject({ workspace: workspaceId }),
    output: z.object({ workspace: workspaceId }),
    run: (call, { workspace }) => invites.decline(call, workspace),
  });
