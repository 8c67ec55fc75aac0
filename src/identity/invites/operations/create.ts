// invites.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { role } from '../../members/index.ts';
import { email } from '../../names.ts';
import type { Invites } from '../invites.ts';

export const createInvite = (invites: Invites) =>
  operation({
    name: 'invites.create',
    summary: 'Invite somebody to the workspace, by e-mail address (admins).',
    risk: 'write',
    action: 'members:write',
    on: (input) => input.email,
    input: z.strictObject({ email, role: role.default('developer') }),
    output: z.object({ email, role }),
    run: (call, input) => invites.create(call, input),
  });
