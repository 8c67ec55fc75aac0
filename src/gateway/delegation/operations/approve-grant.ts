// gatewayGrants.approve
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Grants } from '../grants.ts';
import { grantId, grantShape } from '../shapes.ts';

export const approveGrant = (grants: Pick<Grants, 'approve'>) =>
  operation({
    name: 'gatewayGrants.approve',
    summary: 'Let a flow act for you as it stands now; admins may for others.',
    risk: 'high_risk',
    action: 'gateway:write',
    on: ({ id }) => id,
    input: z.strictObject({
      id: grantId,
      codeHash: z
        .string()
        .max(64)
        .optional()
        .describe('of the code that you looked at; refused when it is another by now'),
    }),
    output: grantShape,
    run: (call, input) => grants.approve(call, input),
  });
