// users.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { workspaceUser } from '../user.ts';
import type { Users } from '../users.ts';

export const listUsers = (users: Users) =>
  operation({
    name: 'users.list',
    summary: 'List the members of the workspace, without their folders.',
    risk: 'read',
    action: 'users:read',
    input: z.strictObject(pageFields),
    output: z.array(workspaceUser),
    run: (call, page) => users.list(call, page),
  });
