// tokens.updateLabel
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { label, tokenPrefix } from '../token.ts';
import type { Tokens } from '../tokens.ts';

export const updateTokenLabel = (tokens: Tokens) =>
  operation({
    name: 'tokens.updateLabel',
    summary: 'Say what a token of your own is for.',
    risk: 'write',
    action: 'tokens:write',
    on: ({ prefix }) => prefix,
    input: z.strictObject({ prefix: tokenPrefix, label }),
    output: z.object({}),
    run: (call, input) => tokens.updateLabel(call, input.prefix, input.label),
  });
