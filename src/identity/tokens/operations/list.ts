// tokens.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { tokenPrefix } from '../token.ts';
import type { Tokens } from '../tokens.ts';

const time = z.number().nullable();

export const listTokens = (tokens: Tokens) =>
  operation({
    name: 'tokens.list',
    summary: 'List your own tokens, newest first.',
    risk: 'read',
    action: 'tokens:read',
    input: z.strictObject(pageFields),
    output: z.array(
      z.object({
        label: z.string().nullable(),
        expiration: time.describe('epoch milliseconds; null: never'),
        tokenPrefix,
        createdAt: z.number().describe('epoch milliseconds'),
        lastUsedAt: time.describe('epoch milliseconds, to the minute'),
        scopes: z.array(z.string()).nullable().describe('null: everything that you may do'),
        email: z.string(),
        workspaceId: z.string().nullable(),
        readOnly: z.boolean(),
        inUrl: z.boolean().describe('made to stand in an MCP address'),
        connected: z.boolean().describe('of a client that you allowed; see connections.list'),
      }),
    ),
    run: (call, page) => tokens.list(call, page),
  });
