// gatewayGrants.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Grants } from '../grants.ts';
import { grantId, grantShape } from '../shapes.ts';

export const getGrant = (grants: Pick<Grants, 'get'>) =>
  operation({
    name: 'gatewayGrants.get',
    summary: 'Read a grant: the flow, its services, and whose code it is.',
    risk: 'read',
    action: 'gateway:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: grantId }),
    output: grantShape,
    run: (call, { id }) => grants.get(call, id),
  });
