// tokens.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { newTokenFields, tokenMade } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const createToken = (tokens: Tokens) =>
  operation({
    name: 'tokens.create',
    summary: 'Make a token of your own; its secret is shown this once.',
    risk: 'write',
    action: 'tokens:write',
    input: z.strictObject(newTokenFields),
    output: tokenMade,
    run: (call, input) => tokens.create(call, input),
  });
