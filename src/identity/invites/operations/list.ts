// invites.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { invite } from '../invite.ts';
import type { Invites } from '../invites.ts';

export const listInvites = (invites: Invites) =>
  operation({
    name: 'invites.list',
    summary: 'List who is invited to the workspace and has not answered (admins).',
    risk: 'read',
    action: 'members:write',
    input: z.strictObject(pageFields),
    output: z.array(invite),
    run: (call, page) => invites.list(call, page),
  });
