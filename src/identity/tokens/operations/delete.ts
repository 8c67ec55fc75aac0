// tokens.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { tokenPrefix } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const deleteToken = (tokens: Tokens) =>
  operation({
    name: 'tokens.delete',
    summary: 'Revoke a token of your own; it stops working at once.',
    risk: 'write',
    action: 'tokens:write',
    on: ({ prefix }) => prefix,
    input: z.strictObject({ prefix: tokenPrefix }),
    output: z.object({}),
    run: (call, { prefix }) => tokens.delete(call, prefix),
  });
