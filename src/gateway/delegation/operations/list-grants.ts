// gatewayGrants.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import type { Grants } from '../grants.ts';
import { grantShape } from '../shapes.ts';

export const listGrants = (grants: Pick<Grants, 'list'>) =>
  operation({
    name: 'gatewayGrants.list',
    summary: 'List the flows that act for you; admins see those of everybody.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({
      status: z.enum(['pending', 'active', 'revoked']).optional().describe('only those'),
      ...pageFields,
    }),
    output: z.array(grantShape),
    run: (call, input) => grants.list(call, input),
  });
