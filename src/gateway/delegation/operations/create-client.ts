// gatewayClients.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { GatewayClients } from '../clients.ts';
import { instanceId } from '../shapes.ts';

export const createClient = (clients: Pick<GatewayClients, 'create'>) =>
  operation({
    name: 'gatewayClients.create',
    summary: 'Make a client for the flows of one instance; its secret is shown this once.',
    risk: 'write',
    action: 'gateway_admin:write',
    on: ({ name }) => name,
    input: z.strictObject({
      name: z.string().trim().min(1).max(100).describe('what people read'),
      instance: instanceId,
      publicKey: z
        .looseObject({ kty: z.string().max(20).describe('EC, RSA or OKP') })
        .optional()
        .describe('JSON Web Key: it signs assertions in place of a secret (private_key_jwt)'),
    }),
    output: z.object({
      id: z.string().describe('the client_id'),
      secret: z.string().nullable().describe('the client_secret; null: it signs'),
    }),
    run: (call, input) => clients.create(call, input),
  });
