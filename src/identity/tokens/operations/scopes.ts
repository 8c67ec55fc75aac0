// tokens.scopes
import { z } from 'zod';
import { operation, scopePicker } from '../../../operation/index.ts';

export const listScopes = () =>
  operation({
    name: 'tokens.scopes',
    summary: 'List what the scopes of a token may name, by domain.',
    risk: 'read',
    action: 'tokens:read',
    input: z.strictObject({}),
    output: z.array(
      z.object({
        domain: z.string(),
        scopes: z.array(
          z.object({
            scope: z.string(),
            takesPaths: z.boolean().describe('may end in :<paths>, such as :f/team/*'),
          }),
        ),
      }),
    ),
    run: async () => scopePicker.domains(),
  });
