// invites.mine
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { invite } from '../invite.ts';
import type { Invites } from '../invites.ts';

export const myInvites = (invites: Invites) =>
  operation({
    name: 'invites.mine',
    summary: 'List the workspaces that you are invited to.',
    risk: 'read',
    action: 'session:read',
    input: z.strictObject({}),
    output: z.array(invite),
    run: (call) => invites.mine(call),
  });
