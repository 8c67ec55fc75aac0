// users.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, newPassword, oneLine } from '../../names.ts';
import type { Users } from '../users.ts';

export const createUser = (users: Users) =>
  operation({
    name: 'users.create',
    summary: 'Add a person to this instance.',
    risk: 'write',
    action: 'users:write',
    on: (input) => input.email,
    input: z.strictObject({
      email,
      password: newPassword,
      name: oneLine(200).optional().describe('name to show'),
      superAdmin: z.boolean().default(false).describe('an admin of the whole instance'),
    }),
    output: z.object({ email }),
    run: (call, input) => users.create(call, input),
  });
