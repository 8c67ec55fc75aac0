// gatewayGrants.revoke
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Grants } from '../grants.ts';
import { grantId, grantShape } from '../shapes.ts';

export const revokeGrant = (grants: Pick<Grants, 'revoke'>) =>
  operation({
    name: 'gatewayGrants.revoke',
    summary: 'End what a flow may do in your name; its tokens end at once.',
    risk: 'write',
    action: 'gateway:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: grantId }),
    output: grantShape,
    run: (call, { id }) => grants.revoke(call, id),
  });
