// connections.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Connections } from '../connections.ts';

export const listConnections = (connections: Connections) =>
  operation({
    name: 'connections.list',
    summary: 'List the clients that you allowed to act in your name.',
    risk: 'read',
    action: 'connections:read',
    input: z.strictObject({
      page: z.int().min(1).max(10_000).default(1).describe('from 1'),
      perPage: z.int().min(1).max(100).default(30).describe('rows on a page'),
    }),
    output: z.array(
      z.object({
        id: z.uuid(),
        clientId: z.string().describe('as it registered, or the address of its description'),
        clientName: z.string(),
        workspace: z.string().nullable().describe('the only workspace; null: all of yours'),
        scopes: z.array(z.string()),
        readOnly: z.boolean(),
        audience: z.string().nullable().describe('the MCP address, as a path; null: any'),
        createdAt: z.number().describe('epoch milliseconds'),
        expiresAt: z.number().describe('when it ends unless it is used before'),
        lastUsedAt: z.number().nullable(),
      }),
    ),
    run: (call, paging) => connections.list(call, paging),
  });
