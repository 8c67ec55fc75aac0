// users.setPassword
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email, givenPassword, newPassword } from '../../names.ts';
import type { Users } from '../users.ts';

export const setPassword = (users: Users) =>
  operation({
    name: 'users.setPassword',
    summary: 'Change your password; every session of yours ends, tokens stay.',
    risk: 'write',
    action: 'session:write',
    on: (input) => input.email ?? 'self',
    input: z.strictObject({
      password: newPassword,
      current: givenPassword.optional().describe('the password until now'),
      email: email.optional().describe('somebody else; for admins of the instance only'),
    }),
    output: z.object({}),
    run: (call, input) => users.setPassword(call, input),
  });
