// gatewayExchanges.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { Exchanges } from '../exchanges.ts';
import { exchangeShape } from '../shapes.ts';

export const listExchanges = (exchanges: Pick<Exchanges, 'list'>) =>
  operation({
    name: 'gatewayExchanges.list',
    summary: 'List the attempts to exchange tokens of jobs, and why they were refused.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({
      reasonCode: z.string().max(100).optional().describe('only those that this refused'),
      ...pageFields,
    }),
    output: z.array(exchangeShape),
    run: (call, input) => exchanges.list(call, input),
  });
