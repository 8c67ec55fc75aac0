// variables.exportKey: not a plain read, because who has the key has every secret.
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Variables } from '../variables.ts';

export const exportWorkspaceKey = (variables: Variables) =>
  operation({
    name: 'variables.exportKey',
    summary: 'Read the key that the secrets of the workspace are encrypted under (admins).',
    risk: 'high_risk',
    action: 'workspaces:write',
    input: z.strictObject({}),
    output: z.object({ key: z.string().describe('64 hexadecimal digits') }),
    run: (call) => variables.exportKey(call),
  });
