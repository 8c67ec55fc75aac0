// members.leave
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Members } from '../members.ts';

export const leaveWorkspace = (members: Members) =>
  operation({
    name: 'members.leave',
    summary: 'Leave the workspace; what was granted to you there is taken back.',
    risk: 'write',
    action: 'session:write',
    input: z.strictObject({}),
    output: z.object({ username: z.string() }),
    run: (call) => members.leave(call),
  });
