// oauthClients.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Clients } from '../clients.ts';

export const listClients = (clients: Clients) =>
  operation({
    name: 'oauthClients.list',
    summary: 'List the clients that admins made known; others register themselves.',
    risk: 'read',
    action: 'oauth_clients:read',
    input: z.strictObject({
      page: z.int().min(1).max(10_000).default(1).describe('from 1'),
      perPage: z.int().min(1).max(100).default(30).describe('rows on a page'),
    }),
    output: z.array(
      z.object({
        id: z.string().describe('the client_id'),
        name: z.string(),
        redirectUris: z.array(z.string()),
        hasSecret: z.boolean(),
        createdAt: z.number().describe('epoch milliseconds'),
        usedAt: z.number().describe('when somebody allowed it last, or when it was made'),
      }),
    ),
    run: (call, paging) => clients.list(call, paging),
  });
