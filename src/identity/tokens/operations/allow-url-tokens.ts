// tokens.allowUrlTokens
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Tokens } from '../tokens.ts';

const allowed = z.boolean().describe('MCP addresses may hold a token');

export const allowUrlTokens = (tokens: Tokens) =>
  operation({
    name: 'tokens.allowUrlTokens',
    summary: 'Allow tokens in MCP addresses on the whole instance, or refuse them all.',
    risk: 'write',
    action: 'instance:write',
    input: z.strictObject({ allowed }),
    output: z.object({ allowed }),
    run: (_call, input) => tokens.urlTokens.allow(input.allowed),
  });
