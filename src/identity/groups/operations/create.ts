// groups.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName, summary } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const createGroup = (groups: Groups) =>
  operation({
    name: 'groups.create',
    summary: 'Make a group; who makes it belongs to it and may change it.',
    risk: 'write',
    action: 'groups:write',
    // The bare name: nobody has a right in a group that is not there yet.
    on: ({ name }) => name,
    input: z.strictObject({ name: groupName, summary: summary.default('') }),
    output: z.object({ name: groupName }),
    run: (call, input) => groups.create(call, input.name, input.summary),
  });
