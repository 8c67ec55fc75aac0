// users.me
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { globalUser } from '../user.ts';
import type { Users } from '../users.ts';

export const me = (users: Users) =>
  operation({
    name: 'users.me',
    summary: 'Say who you are on this instance.',
    risk: 'read',
    action: 'session:read',
    input: z.strictObject({}),
    output: globalUser,
    run: (call) => users.me(call),
  });
