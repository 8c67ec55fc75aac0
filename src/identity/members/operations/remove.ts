// members.remove
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { anyUsername } from '../../names.ts';
import type { Members } from '../members.ts';

export const removeMember = (members: Members) =>
  operation({
    name: 'members.remove',
    summary: 'Take a person out of the workspace, with what was granted under their name.',
    risk: 'high_risk',
    action: 'members:write',
    on: ({ username }) => username,
    input: z.strictObject({ username: anyUsername }),
    output: z.object({ username: anyUsername }),
    run: (call, { username }) => members.remove(call, username),
  });
