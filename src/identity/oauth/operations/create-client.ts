// oauthClients.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Clients } from '../clients.ts';

export const createClient = (clients: Clients) =>
  operation({
    name: 'oauthClients.create',
    summary: 'Make a client known that cannot register itself; a secret is shown this once.',
    risk: 'write',
    action: 'oauth_clients:write',
    on: ({ name }) => name,
    input: z.strictObject({
      name: z.string().trim().min(1).max(100).describe('what people see when it asks'),
      redirectUris: z
        .array(z.string().min(1).max(2000))
        .min(1)
        .max(20)
        .describe('where it has people sent back to: https, http on localhost, or name://…'),
      secret: z
        .boolean()
        .default(false)
        .describe('gives it a secret, for clients on a server that ask for one'),
    }),
    output: z.object({
      id: z.string().describe('the client_id'),
      secret: z.string().nullable().describe('the client_secret; null: PKCE alone proves it'),
    }),
    run: (call, input) => clients.create(call, input),
  });
