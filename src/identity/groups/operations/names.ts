// groups.names
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const listGroupNames = (groups: Groups) =>
  operation({
    name: 'groups.names',
    summary: 'List the names of the groups of the workspace.',
    risk: 'read',
    action: 'groups:read',
    input: z.strictObject({}),
    output: z.array(groupName),
    run: (call) => groups.names(call),
  });
