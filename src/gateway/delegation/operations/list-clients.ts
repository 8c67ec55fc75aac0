// gatewayClients.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { GatewayClients } from '../clients.ts';
import { clientShape } from '../shapes.ts';

export const listClients = (clients: Pick<GatewayClients, 'list'>) =>
  operation({
    name: 'gatewayClients.list',
    summary: 'List the clients that exchange tokens of jobs for delegated ones.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject(pageFields),
    output: z.array(clientShape),
    run: (call, input) => clients.list(call, input),
  });
