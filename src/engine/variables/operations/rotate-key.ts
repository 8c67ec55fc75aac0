// variables.rotateKey
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Variables } from '../variables.ts';

export const rotateWorkspaceKey = (variables: Variables) =>
  operation({
    name: 'variables.rotateKey',
    summary: 'Encrypt every secret of the workspace under a new key (admins).',
    risk: 'high_risk',
    action: 'workspaces:write',
    input: z.strictObject({}),
    output: z.object({ secrets: z.number().describe('how many were encrypted anew') }),
    run: (call) => variables.rotateKey(call),
  });
