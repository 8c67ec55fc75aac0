// groups.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName, summary } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const updateGroup = (groups: Groups) =>
  operation({
    name: 'groups.update',
    summary: 'Change what a group says of itself.',
    risk: 'write',
    action: 'groups:write',
    on: ({ name }) => `g/${name}`,
    input: z.strictObject({ name: groupName, summary }),
    output: z.object({ name: groupName }),
    run: (call, input) => groups.update(call, input.name, input.summary),
  });
