// users.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, oneLine } from '../../names.ts';
import type { Users } from '../users.ts';

export const updateUser = (users: Users) =>
  operation({
    name: 'users.update',
    summary: 'Change a person of this instance: name, offices, or shut them out.',
    risk: 'write',
    action: 'users:write',
    on: (input) => input.email,
    input: z.strictObject({
      email,
      name: oneLine(200).optional().describe('name to show'),
      superAdmin: z.boolean().optional().describe('an admin of the whole instance'),
      devops: z.boolean().optional().describe('looks after the workers of the instance'),
      disabled: z.boolean().optional().describe('true shuts the person out everywhere'),
    }),
    output: z.object({ email }),
    run: (call, { email: address, ...fields }) => users.update(call, address, fields),
  });
