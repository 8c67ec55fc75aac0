// invites.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email } from '../../names.ts';
import type { Invites } from '../invites.ts';

export const removeInvite = (invites: Invites) =>
  operation({
    name: 'invites.remove',
    summary: 'Take an invitation to the workspace back (admins).',
    risk: 'write',
    action: 'members:write',
    on: (input) => input.email,
    input: z.strictObject({ email }),
    output: z.object({ email }),
    run: (call, input) => invites.remove(call, input.email),
  });
