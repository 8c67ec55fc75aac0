// tokens.updateScopes
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { scopes, tokenPrefix } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const updateTokenScopes = (tokens: Tokens) =>
  operation({
    name: 'tokens.updateScopes',
    summary: 'Change what a token of your own may do.',
    risk: 'write',
    action: 'tokens:write',
    on: ({ prefix }) => prefix,
    input: z.strictObject({
      prefix: tokenPrefix,
      scopes: scopes.nullable().describe('null: everything that you may do'),
    }),
    output: z.object({}),
    run: (call, input) => tokens.updateScopes(call, input.prefix, input.scopes),
  });
