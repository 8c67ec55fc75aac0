// users.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { email } from '../../names.ts';
import type { Users } from '../users.ts';

export const deleteUser = (users: Users) =>
  operation({
    name: 'users.delete',
    summary: 'Remove a person from this instance, with their tokens and sessions.',
    risk: 'high_risk',
    action: 'users:write',
    on: (input) => input.email,
    input: z.strictObject({ email }),
    output: z.object({ email }),
    run: (call, input) => users.delete(call, input.email),
  });
