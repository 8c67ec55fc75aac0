// users.usernameToEmail
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyUsername, email } from '../../names.ts';
import type { Users } from '../users.ts';

export const usernameToEmail = (users: Users) =>
  operation({
    name: 'users.usernameToEmail',
    summary: 'Find the e-mail address of a member of the workspace.',
    risk: 'read',
    action: 'users:read',
    on: ({ username }) => username,
    input: z.strictObject({ username: anyUsername }),
    output: z.object({ email }),
    run: (call, { username }) => users.usernameToEmail(call, username),
  });
