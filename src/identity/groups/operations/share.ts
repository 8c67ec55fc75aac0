// groups.share
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { shareFields } from '../../grants.ts';
import { groupName } from '../../names.ts';
import type { Groups } from '../groups.ts';

export const shareGroup = (groups: Groups) =>
  operation({
    name: 'groups.share',
    summary: 'Let a person or a group change a group, or no longer.',
    risk: 'write',
    action: 'groups:write',
    on: ({ name }) => `g/${name}`,
    input: z.strictObject({ name: groupName, ...shareFields }),
    output: z.object({ name: groupName }),
    run: (call, { name, ...grant }) => groups.share(call, name, grant),
  });
