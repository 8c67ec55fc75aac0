// What an invitation is to those who see it.
import { z } from 'zod';
import { role } from '../members/index.ts';
import { email, workspaceId } from '../names.ts';

export const invite = z.object({
  workspace: workspaceId,
  email,
  role,
  invitedBy: z.string().describe('username in the workspace'),
  createdAt: z.number().describe('epoch milliseconds'),
});
export type Invite = z.output<typeof invite>;
