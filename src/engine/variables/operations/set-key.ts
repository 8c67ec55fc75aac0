// variables.setKey
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Variables } from '../variables.ts';

export const setWorkspaceKey = (variables: Variables) =>
  operation({
    name: 'variables.setKey',
    summary: 'Give the workspace the key of another one, to take over its secrets (admins).',
    risk: 'high_risk',
    action: 'workspaces:write',
    input: z.strictObject({
      key: z
        .string()
        .regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits, as variables.exportKey answers them')
        .describe('AES-256 key in hexadecimal digits'),
      reencrypt: z
        .boolean()
        .default(true)
        .describe('false: the stored secrets are under the new key already'),
    }),
    output: z.object({ secrets: z.number().describe('how many were encrypted anew') }),
    run: (call, input) => variables.setKey(call, input),
  });
