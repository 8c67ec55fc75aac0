// users.whoami
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { workspaceUser } from '../user.ts';
import type { Users } from '../users.ts';

export const whoami = (users: Users) =>
  operation({
    name: 'users.whoami',
    summary: 'Say who you are in the workspace, with your groups and folders.',
    risk: 'read',
    action: 'session:read',
    input: z.strictObject({}),
    output: workspaceUser,
    run: (call) => users.whoami(call),
  });
