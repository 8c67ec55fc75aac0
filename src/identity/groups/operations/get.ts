// groups.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName } from '../../names.ts';
import { group } from '../group.ts';
import type { Groups } from '../groups.ts';

export const getGroup = (groups: Groups) =>
  operation({
    name: 'groups.get',
    summary: 'Read a group and who belongs to it.',
    risk: 'read',
    action: 'groups:read',
    on: ({ name }) => `g/${name}`,
    input: z.strictObject({ name: groupName }),
    output: group,
    run: (call, input) => groups.get(call, input.name),
  });
