// oauthClients.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Clients } from '../clients.ts';

export const deleteClient = (clients: Clients) =>
  operation({
    name: 'oauthClients.delete',
    summary: 'Forget a client; what people allowed it ends at once.',
    risk: 'high_risk',
    action: 'oauth_clients:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: z.string().min(1).max(200).describe('its client_id') }),
    output: z.object({}),
    run: (call, { id }) => clients.delete(call, id),
  });
