// groups.removeUser
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyUsername, groupName } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const removeGroupUser = (groups: Groups) =>
  operation({
    name: 'groups.removeUser',
    summary: 'Take somebody out of a group.',
    risk: 'write',
    action: 'groups:write',
    on: ({ name }) => `g/${name}`,
    input: z.strictObject({ name: groupName, username: anyUsername }),
    output: z.object({ name: groupName }),
    run: (call, input) => groups.removeUser(call, input.name, input.username),
  });
