// groups.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const deleteGroup = (groups: Groups) =>
  operation({
    name: 'groups.delete',
    summary: 'Delete a group and what folders and groups grant it.',
    risk: 'high_risk',
    action: 'groups:write',
    on: ({ name }) => `g/${name}`,
    input: z.strictObject({ name: groupName }),
    output: z.object({ name: groupName }),
    run: (call, input) => groups.delete(call, input.name),
  });
