// gatewayClients.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { GatewayClients } from '../clients.ts';
import { clientId } from '../shapes.ts';

export const deleteClient = (clients: Pick<GatewayClients, 'delete'>) =>
  operation({
    name: 'gatewayClients.delete',
    summary: 'Delete a client; the tokens that it was given end at once.',
    risk: 'high_risk',
    action: 'gateway_admin:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: clientId }),
    output: z.object({ id: z.string() }),
    run: (call, { id }) => clients.delete(call, id),
  });
