// tokens.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { workspaceId } from '../../names.ts';
import { label, scopes, tokenPrefix } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const createToken = (tokens: Tokens) =>
  operation({
    name: 'tokens.create',
    summary: 'Make a token of your own; its secret is shown this once.',
    risk: 'write',
    action: 'tokens:write',
    input: z.strictObject({
      label: label.optional(),
      expiration: z.iso
        .datetime({ offset: true })
        .optional()
        .describe('when it ends, ISO 8601; left out: never'),
      scopes: scopes.optional(),
      workspaceId: workspaceId.optional().describe('the only workspace it works in'),
      readOnly: z.boolean().default(false).describe('reads only, and runs nothing'),
    }),
    output: z.object({ token: z.string().describe('the secret'), prefix: tokenPrefix }),
    run: (call, input) => tokens.create(call, input),
  });
