// members.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyUsername } from '../../names.ts';
import type { Members } from '../members.ts';
import { role } from '../role.ts';

export const updateMember = (members: Members) =>
  operation({
    name: 'members.update',
    summary: 'Change the role of a member, or shut them out for a while.',
    risk: 'write',
    action: 'members:write',
    on: ({ username }) => username,
    input: z.strictObject({
      username: anyUsername,
      role: role.optional(),
      disabled: z.boolean().optional().describe('true shuts the member out of the workspace'),
    }),
    output: z.object({ username: anyUsername, role, disabled: z.boolean() }),
    run: (call, { username, ...fields }) => members.update(call, username, fields),
  });
