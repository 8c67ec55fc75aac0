// groups.addUser
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyUsername, groupName } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const addGroupUser = (groups: Groups) =>
  operation({
    name: 'groups.addUser',
    summary: 'Add a member of the workspace to a group.',
    risk: 'write',
    action: 'groups:write',
    on: ({ name }) => `g/${name}`,
    input: z.strictObject({ name: groupName, username: anyUsername }),
    output: z.object({ name: groupName }),
    run: (call, input) => groups.addUser(call, input.name, input.username),
  });
