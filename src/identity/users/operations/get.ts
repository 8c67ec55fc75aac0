// users.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyUsername } from '../../names.ts';
import { workspaceUser } from '../user.ts';
import type { Users } from '../users.ts';

export const getUser = (users: Users) =>
  operation({
    name: 'users.get',
    summary: 'Read a member of the workspace, without their folders.',
    risk: 'read',
    action: 'users:read',
    on: ({ username }) => username,
    input: z.strictObject({ username: anyUsername }),
    output: workspaceUser,
    run: (call, { username }) => users.get(call, username),
  });
