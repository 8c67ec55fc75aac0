// groups.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { group } from '../group.ts';
import type { Groups } from '../groups.ts';

export const listGroups = (groups: Groups) =>
  operation({
    name: 'groups.list',
    summary: 'List the groups of the workspace.',
    risk: 'read',
    action: 'groups:read',
    input: z.strictObject(pageFields),
    output: z.array(group),
    run: (call, input) => groups.list(call, input),
  });
