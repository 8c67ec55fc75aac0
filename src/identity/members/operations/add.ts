// members.add
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, username } from '../../names.ts';
import type { Members } from '../members.ts';
import { role } from '../role.ts';

export const addMember = (members: Members) =>
  operation({
    name: 'members.add',
    summary: 'Add a person of this instance to the workspace.',
    risk: 'write',
    action: 'members:write',
    on: (input) => input.email,
    input: z.strictObject({
      email,
      username: username.optional().describe('left out: made from the e-mail address'),
      role: role.default('developer'),
    }),
    output: z.object({ email, username, role }),
    run: (call, input) => members.add(call, input),
  });
