// users.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email } from '../../names.ts';
import type { Users } from '../users.ts';

export const userExists = (users: Users) =>
  operation({
    name: 'users.exists',
    summary: 'Say whether somebody of this instance has the address (admins of the instance).',
    risk: 'read',
    action: 'users:write',
    input: z.strictObject({ email }),
    output: z.boolean(),
    run: (call, input) => users.exists(call, input.email),
  });
