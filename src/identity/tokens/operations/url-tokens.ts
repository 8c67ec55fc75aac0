// tokens.urlTokens
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Tokens } from '../tokens.ts';

const allowed = z.boolean().describe('MCP addresses may hold a token');

export const readUrlTokens = (tokens: Tokens) =>
  operation({
    name: 'tokens.urlTokens',
    summary: 'Say whether MCP addresses of this instance may hold a token.',
    risk: 'read',
    action: 'tokens:read',
    input: z.strictObject({}),
    output: z.object({ allowed }),
    run: async () => ({ allowed: await tokens.urlTokens.allowed() }),
  });
